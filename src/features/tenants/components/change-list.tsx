import { ArrowRight } from 'lucide';
import { useLocale, useTranslations } from 'next-intl';
import { formatExactTime } from '#components/ui/format-time.ts';
import { Icon } from '#components/ui/icon.tsx';
import type { AuditEntry } from '#data/audit-row.ts';
import { describeChange } from '#features/tenants/describe-change.ts';

/** Before and after of an audit entry, for people. */
export function ChangeList({ entry, timeZone }: { entry: AuditEntry; timeZone: string }) {
  const t = useTranslations('settings.audit');
  const shell = useTranslations('shell');
  const scope = useTranslations('settings.apiKeys.scopeNames');
  const locale = useLocale();
  const changes = describeChange(entry);
  if (changes.length === 0) return null;

  const nameOf = (field: string) =>
    t.has(`fields.${field}` as 'fields.name') ? t(`fields.${field}` as 'fields.name') : field;
  const show = (field: string, value: unknown): string => {
    if (value === null || value === '') return t('none');
    if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
    if (field === 'role' && (value === 'admin' || value === 'staff')) return shell(`roles.${value}`);
    if (field === 'scopes' && Array.isArray(value)) {
      return value
        .map(String)
        .map((name) => (scope.has(name as 'report') ? scope(name as 'report') : name))
        .join(', ');
    }
    if (field.endsWith('_at') && typeof value === 'string' && !Number.isNaN(Date.parse(value))) {
      return formatExactTime(value, locale, timeZone);
    }
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };

  return (
    <dl className="space-y-0.5 text-[0.8125rem]">
      {changes.map(({ field, before, after }) => (
        <div key={field} className="flex flex-wrap gap-x-2">
          <dt className="text-ink-muted">{nameOf(field)}</dt>
          <dd className="min-w-0 break-all">
            {entry.before === null ? (
              show(field, after)
            ) : (
              <>
                <del className="text-ink-muted decoration-line-strong">
                  <span className="sr-only">{t('from')} </span>
                  {show(field, before)}
                </del>
                {entry.after === null ? null : (
                  <>
                    {' '}
                    <ins className="no-underline">
                      <Icon node={ArrowRight} className="me-1 inline size-3.5 text-ink-muted" />
                      <span className="sr-only">{t('to')} </span>
                      {show(field, after)}
                    </ins>
                  </>
                )}
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
