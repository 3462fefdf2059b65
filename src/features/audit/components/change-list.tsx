import { ArrowRight } from 'lucide-react';
import { useFormatter, useLocale, useTranslations } from 'next-intl';
import { formatExactTime } from '#components/ui/format-time.ts';
import { Icon } from '#components/ui/icon.tsx';
import type { AuditEntry } from '#data/audit-row.ts';
import { formatDuration } from '#domain/duration.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import { type ChangedField, describeChange } from '#features/audit/describe-change.ts';

// The other columns of a new row have their defaults; the record below shows them.
const shownMax = 4;

/** Formats the fields and values of a change as text; a value without a label is shown as stored. */
function useChangeWords(timeZone: string, toolNames: ReadonlyMap<string, string>) {
  const t = useTranslations('settings.audit');
  const shell = useTranslations('shell');
  const scope = useTranslations('settings.apiKeys.scopeNames');
  const format = useFormatter();
  const locale = useLocale();
  const word = (key: string) => (t.has(key as 'fields.name') ? t(key as 'fields.name') : null);

  const nameOf = (field: string) =>
    field.startsWith('payload.')
      ? t('input', { name: field.slice('payload.'.length) })
      : (word(`fields.${field}`) ?? field);
  const write = (field: string, value: unknown): string => {
    if (value === null || value === '' || (value === 0 && field.endsWith('_seconds'))) return t('none');
    if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
    if (typeof value === 'number') {
      return field.endsWith('_seconds') ? formatDuration(value * 1000, locale) : format.number(value);
    }
    if (typeof value === 'string') {
      if (field === 'role' && (value === 'admin' || value === 'staff')) return shell(`roles.${value}`);
      if (field === 'tool_id') return toolNames.get(value) ?? t('deletedTool');
      if (field.endsWith('_at') && !Number.isNaN(Date.parse(value))) {
        return formatExactTime(value, locale, timeZone);
      }
      return word(`values.${field}.${value}`) ?? value;
    }
    if (field === 'scopes' && Array.isArray(value)) {
      return value
        .map(String)
        .map((name) => (scope.has(name as 'report') ? scope(name as 'report') : name))
        .join(t('separator'));
    }
    return Array.isArray(value) ? t('count', { count: value.length }) : JSON.stringify(value);
  };
  return { t, nameOf, write };
}

/** Shows an audit entry before and after the change; one click shows the full record. */
export function ChangeList({
  entry,
  timeZone,
  toolNames,
}: {
  entry: AuditEntry;
  timeZone: string;
  /** Names by the ids in the change. */
  toolNames: ReadonlyMap<string, string>;
}) {
  const { t, nameOf, write } = useChangeWords(timeZone, toolNames);
  const changes = describeChange(entry);
  if (entry.before === null && entry.after === null) return null;
  const valuesOf = ({ field, before, after }: ChangedField) => {
    if (entry.before === null) return <ReportedText text={write(field, after)} lengthMax={200} />;
    return (
      <>
        <del className="text-ink-muted decoration-line-strong">
          <span className="sr-only">{t('from')} </span>
          <ReportedText text={write(field, before)} lengthMax={200} />
        </del>
        {entry.after === null ? null : (
          <>
            {' '}
            <ins className="no-underline">
              <Icon icon={ArrowRight} className="me-1 inline size-3.5 text-ink-muted" />
              <span className="sr-only">{t('to')} </span>
              <ReportedText text={write(field, after)} lengthMax={200} />
            </ins>
          </>
        )}
      </>
    );
  };

  return (
    <div className="space-y-1 text-[0.8125rem]">
      {changes.length === 0 ? null : (
        <dl className="space-y-0.5">
          {changes.slice(0, shownMax).map((change) => (
            <div key={change.field} className="flex flex-wrap gap-x-2">
              <dt className="text-ink-muted">{nameOf(change.field)}</dt>
              <dd className="min-w-0">{valuesOf(change)}</dd>
            </div>
          ))}
        </dl>
      )}
      <details>
        <summary className="w-fit text-xs text-ink-muted hover:text-ink">
          {changes.length > shownMax ? t('recordAndMore', { count: changes.length - shownMax }) : t('record')}
        </summary>
        <pre
          tabIndex={0}
          className="mt-1 max-h-72 max-w-xl overflow-auto rounded-md border border-line bg-sunken p-2 font-mono text-xs wrap-anywhere whitespace-pre-wrap"
        >
          {JSON.stringify({ action: entry.action, before: entry.before, after: entry.after }, null, 1)}
        </pre>
      </details>
    </div>
  );
}
