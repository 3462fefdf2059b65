import { useTranslations } from 'next-intl';
import { limits } from '#domain/limits.ts';
import { TextField } from '#components/ui/field.tsx';
import { oneLine, readableText } from '#domain/readable-text.ts';

/**
 * Asks for the cursor that a run starts from.
 * @param stored the job's cursor
 * @param origin cursor of the run to rerun; absent for a new run
 */
export function CursorFields({ stored, origin }: { stored: string | null; origin?: string | null }) {
  const t = useTranslations('runs.now');
  const shown = (cursor: string | null) =>
    cursor === null || cursor === '' ? t('cursorNone') : oneLine(readableText(cursor), 60);
  const choices: { value: string; label: string; detail: string | null }[] = [
    { value: 'stored', label: t('cursorStored'), detail: shown(stored) },
    ...(origin === undefined ? [] : [{ value: 'origin', label: t('cursorOrigin'), detail: shown(origin) }]),
    { value: 'other', label: t('cursorOther'), detail: null },
  ];
  return (
    <fieldset className="group/cursor space-y-1.5">
      <legend className="mb-1 text-[0.8125rem] font-medium">{t('cursor')}</legend>
      {choices.map(({ value, label, detail }) => (
        <label key={value} className="flex items-start gap-2.5 py-0.5">
          <input
            type="radio"
            name="cursorChoice"
            value={value}
            defaultChecked={value === 'stored'}
            className="mt-1 size-4 shrink-0"
          />
          <span>
            {label}
            {detail === null ? null : (
              <span className="block font-mono text-xs wrap-anywhere text-ink-muted">{detail}</span>
            )}
          </span>
        </label>
      ))}
      <p className="hidden ps-6.5 text-xs text-ink-muted group-has-[[value=origin]:checked,[value=other]:checked]/cursor:block">
        {t('cursorKept')}
      </p>
      <div className="hidden ps-6.5 group-has-[[value=other]:checked]/cursor:block">
        <TextField
          name="cursor"
          label={t('cursorValue')}
          hint={t('cursorHint')}
          maxLength={limits.jobs.cursor.max}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
    </fieldset>
  );
}
