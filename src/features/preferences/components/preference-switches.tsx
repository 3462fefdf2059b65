import { getLocale, getTranslations } from 'next-intl/server';
import { useId } from 'react';
import { classNames } from '#components/ui/class-names.ts';
import { chooseLanguage, chooseTheme } from '#features/preferences/actions.ts';
import { readTheme } from '#features/preferences/preferences.ts';
import { themes } from '#features/preferences/theme.ts';
import { locales } from '#i18n/locales.ts';

interface Choice {
  value: string;
  label: string;
  lang?: string;
}

function Switch({
  label,
  name,
  action,
  choices,
  chosen,
}: {
  label: string;
  name: string;
  action: (form: FormData) => Promise<void>;
  choices: Choice[];
  chosen: string;
}) {
  const labelId = useId();
  return (
    <form action={action} className="flex items-center justify-between gap-3">
      <span id={labelId} className="text-xs text-ink-muted">
        {label}
      </span>
      <div
        role="group"
        aria-labelledby={labelId}
        className="flex rounded-md border border-line bg-sunken p-0.5"
      >
        {choices.map((choice) => (
          <button
            key={choice.value}
            name={name}
            value={choice.value}
            lang={choice.lang}
            aria-pressed={choice.value === chosen}
            className={classNames(
              'min-h-7 rounded-sm px-2 text-xs whitespace-nowrap max-md:min-h-9 max-md:px-3',
              choice.value === chosen
                ? 'bg-selected font-medium text-ink shadow-xs'
                : 'text-ink-muted hover:text-ink',
            )}
          >
            {choice.label}
          </button>
        ))}
      </div>
    </form>
  );
}

/** Switches the language; each language has its own name for itself. */
export async function LanguageSwitch() {
  const t = await getTranslations('shell');
  return (
    <Switch
      label={t('language')}
      name="locale"
      action={chooseLanguage}
      chosen={await getLocale()}
      choices={locales.map((locale) => ({
        value: locale,
        label: t(`languageNames.${locale}`),
        lang: locale,
      }))}
    />
  );
}

/** Switches between the system's theme, light and dark. */
export async function ThemeSwitch() {
  const t = await getTranslations('shell');
  return (
    <Switch
      label={t('theme')}
      name="theme"
      action={chooseTheme}
      chosen={await readTheme()}
      choices={themes.map((theme) => ({ value: theme, label: t(`themeNames.${theme}`) }))}
    />
  );
}
