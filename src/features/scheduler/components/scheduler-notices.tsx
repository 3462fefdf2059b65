import { Pause, Play } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { ActionForm } from '#components/ui/action-form.tsx';
import { ConfirmButton } from '#components/ui/confirm-button.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import { formatDuration } from '#domain/duration.ts';
import { countLiveWorkers, tickAgeSecondsMax } from '#domain/portal-health.ts';
import { setSchedulerEnabled } from '#features/scheduler/actions.ts';
import type { SchedulerStatus } from '#data/schedules-overview.ts';
import { OffSince } from '#screens/off-since.tsx';

/** Says why schedules do not run: they are stopped, or there is no scheduler or no worker. */
export function SchedulerNotices({
  status,
  isAdmin,
  timeZone,
}: {
  status: SchedulerStatus;
  isAdmin: boolean;
  timeZone: string;
}) {
  const t = useTranslations('schedules.notices');
  const locale = useLocale();
  const { isEnabled, off, tickAgeSeconds } = status;
  const hasWorker = countLiveWorkers(status) > 0;
  const hasTicks = tickAgeSeconds !== null && tickAgeSeconds <= tickAgeSecondsMax;
  if (isEnabled && hasWorker && hasTicks) return null;
  return (
    <div className="mb-4 space-y-3">
      {isEnabled ? null : (
        <Notice tone="warning" title={t('offTitle')}>
          <p className="text-ink-muted">{t('offBody')}</p>
          {off === null ? null : (
            <p className="mt-1 text-[0.8125rem]">
              <OffSince off={{ ...off, reason: 'globally_disabled' }} timeZone={timeZone} />
            </p>
          )}
          {isAdmin ? (
            <ActionForm action={setSchedulerEnabled} className="mt-2">
              <input type="hidden" name="isEnabled" value="true" />
              <SubmitButton size="sm">
                <Icon icon={Play} className="size-3.5" />
                {t('switchOn')}
              </SubmitButton>
            </ActionForm>
          ) : null}
        </Notice>
      )}
      {hasTicks ? null : (
        <Notice tone="danger" title={t('noTicksTitle')}>
          <p className="text-ink-muted">
            {tickAgeSeconds === null
              ? t('noTicksEver')
              : t('noTicksSince', { duration: formatDuration(tickAgeSeconds * 1000, locale) })}
          </p>
        </Notice>
      )}
      {hasWorker ? null : (
        <Notice tone="danger" title={t('noWorkerTitle')}>
          <p className="text-ink-muted">{t('noWorkerBody')}</p>
        </Notice>
      )}
    </div>
  );
}

/** The button that stops all schedules after a confirmation. */
export function StopAllButton() {
  const t = useTranslations('schedules.notices');
  return (
    <ConfirmButton
      id="stop-all-schedules"
      action={setSchedulerEnabled}
      fields={{ isEnabled: 'false' }}
      label={t('switchOff')}
      icon={Pause}
      title={t('switchOffTitle')}
      confirmLabel={t('switchOff')}
    >
      <p>{t('switchOffBody')}</p>
    </ConfirmButton>
  );
}
