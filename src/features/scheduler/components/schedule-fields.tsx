import { useFormatter, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { limits, misfireLimitDefault } from '#domain/limits.ts';
import { CheckboxField, CheckboxGroup, RadioChoices, SelectField, TextField } from '#components/ui/field.tsx';
import { monthDays, type PlainTimes, readPlainTimes, weekDays } from '#domain/schedule/plain-times.ts';
import {
  misfirePolicies,
  overlapPolicies,
  type Schedule,
  type SchedulePolicies,
} from '#domain/schedule/schedule.ts';
import {
  type BlackoutRow,
  blackoutRows,
  formatLocalTime,
  intervalUnits,
  splitInterval,
} from '#features/scheduler/schedule-form.ts';

const types = ['weekly', 'monthly', 'interval', 'one_shot', 'cron'] as const;

const shownFor = {
  weekly: 'hidden group-has-[[value=weekly]:checked]/when:block',
  monthly: 'hidden group-has-[[value=monthly]:checked]/when:block',
  plain:
    'hidden group-has-[[value=weekly]:checked]/when:block group-has-[[value=monthly]:checked]/when:block',
  cron: 'hidden group-has-[[value=cron]:checked]/when:block',
  pattern:
    'hidden group-has-[[value=weekly]:checked]/when:block group-has-[[value=monthly]:checked]/when:block group-has-[[value=cron]:checked]/when:block',
  interval: 'hidden group-has-[[value=interval]:checked]/when:block',
  one_shot: 'hidden group-has-[[value=one_shot]:checked]/when:block',
};

// 2023-01-01 was a Sunday.
const weekdayName = (format: ReturnType<typeof useFormatter>, day: number) =>
  format.dateTime(new Date(Date.UTC(2023, 0, 1 + day)), { weekday: 'short', timeZone: 'UTC' });

const officeDays: readonly number[] = [1, 2, 3, 4, 5];

/** Fields for a time of day on days of the week or month, for users who do not know cron. */
function PlainFields({ times }: { times: PlainTimes | null }) {
  const t = useTranslations('schedules.form');
  const format = useFormatter();
  const chosenDays = times?.type === 'weekly' ? times.days : officeDays;
  return (
    <>
      <fieldset className={shownFor.weekly}>
        <legend className="mb-1 text-[0.8125rem] font-medium">{t('days')}</legend>
        <div className="flex flex-wrap gap-x-4">
          {weekDays.map((day) => (
            <CheckboxField
              key={day}
              name={`day.${day}`}
              label={weekdayName(format, day)}
              defaultChecked={chosenDays.includes(day)}
            />
          ))}
        </div>
      </fieldset>
      <div className={shownFor.monthly}>
        <SelectField
          name="monthDay"
          label={t('monthDay')}
          hint={t('monthDayHint')}
          defaultValue={String(times?.type === 'monthly' ? times.day : 1)}
          options={monthDays.map((day) => ({
            value: String(day),
            label: day === 'last' ? t('monthDayLast') : t('monthDayNumber', { day }),
          }))}
          className="sm:max-w-64"
        />
      </div>
    </>
  );
}

function WhenFields({ schedule, timeZone }: { schedule: Schedule | null; timeZone: string }) {
  const t = useTranslations('schedules.form');
  const times = schedule?.type === 'cron' ? readPlainTimes(schedule.expression) : null;
  const chosen = times?.type ?? schedule?.type ?? 'weekly';
  const interval = splitInterval(schedule?.type === 'interval' ? schedule.seconds : 3_600);
  return (
    <fieldset className="group/when space-y-4">
      <legend className="mb-2 text-[0.9375rem] font-semibold">{t('when')}</legend>
      <RadioChoices
        name="type"
        defaultValue={chosen}
        choices={types.map((type) => ({ value: type, label: t(`types.${type}`) }))}
      />
      <PlainFields times={times} />
      <div className={shownFor.pattern}>
        <div className="grid gap-4 sm:grid-cols-2">
          <div className={shownFor.plain}>
            <TextField name="time" label={t('time')} type="time" defaultValue={times?.time ?? '09:00'} />
          </div>
          <div className={shownFor.cron}>
            <TextField
              name="expression"
              label={t('expression')}
              hint={t('expressionHint')}
              defaultValue={schedule?.type === 'cron' ? schedule.expression : '0 9 * * 1-5'}
              maxLength={limits.schedules.cronExpression.max}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              className="[&_input]:font-mono"
            />
          </div>
          <TextField
            name="timeZone"
            label={t('timeZone')}
            hint={t('timeZoneHint')}
            defaultValue={schedule?.type === 'cron' ? schedule.timeZone : timeZone}
            maxLength={limits.tenants.timeZone.max}
            list="time-zones"
            autoComplete="off"
            spellCheck={false}
          />
        </div>
      </div>
      <div className={shownFor.interval}>
        <div className="grid gap-4 sm:grid-cols-2">
          <div className="grid grid-cols-[minmax(0,1fr)_8rem] gap-2">
            <TextField
              name="seconds"
              label={t('every')}
              type="number"
              inputMode="numeric"
              min={limits.schedules.intervalSeconds.min}
              step={1}
              defaultValue={interval.count}
            />
            <SelectField
              name="unit"
              label={t('unit')}
              defaultValue={interval.unit}
              options={Object.keys(intervalUnits).map((unit) => ({
                value: unit,
                label: t(`units.${unit as keyof typeof intervalUnits}`),
              }))}
            />
          </div>
          <TextField
            name="anchorAt"
            label={t('anchor')}
            hint={t('anchorHint', { zone: timeZone })}
            type="datetime-local"
            step={1}
            defaultValue={schedule?.type === 'interval' ? formatLocalTime(schedule.anchorAt, timeZone) : ''}
          />
        </div>
      </div>
      <div className={shownFor.one_shot}>
        <TextField
          name="at"
          label={t('at')}
          hint={t('inZone', { zone: timeZone })}
          type="datetime-local"
          defaultValue={schedule?.type === 'one_shot' ? formatLocalTime(schedule.at, timeZone) : ''}
          className="sm:max-w-72"
        />
      </div>
    </fieldset>
  );
}

function BlackoutFields({ row, index, timeZone }: { row: BlackoutRow; index: number; timeZone: string }) {
  const t = useTranslations('schedules.form');
  const format = useFormatter();
  const name = (field: string) => `blackout.${index}.${field}`;
  const days = weekDays.map((day) => ({
    value: String(day),
    label: weekdayName(format, day),
    defaultChecked: row.type === 'weekly' && row.days.includes(day),
  }));
  return (
    <li className="rounded-md border border-line p-3">
      <input type="hidden" name={name('type')} value={row.type} />
      {row.type === 'weekly' ? (
        <div className="space-y-3">
          <input type="hidden" name={name('timeZone')} value={row.timeZone} />
          <div className="[&_fieldset]:flex [&_fieldset]:flex-wrap [&_fieldset]:space-y-0 [&_fieldset]:gap-x-4 [&_legend]:w-full">
            <CheckboxGroup name={`${name('days')}[]`} label={t('blackoutWeekly')} options={days} />
          </div>
          <div className="grid grid-cols-2 gap-3 sm:max-w-72">
            <TextField name={name('from')} label={t('from')} type="time" defaultValue={row.from} />
            <TextField
              name={name('to')}
              label={t('to')}
              type="time"
              defaultValue={row.to === '24:00' ? '' : row.to}
            />
          </div>
          <p className="text-xs text-ink-muted">{t('weeklyHint', { zone: row.timeZone })}</p>
        </div>
      ) : (
        <div className="space-y-3">
          <p className="text-[0.8125rem] font-medium">{t('blackoutOnce')}</p>
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField
              name={name('startsAt')}
              label={t('from')}
              type="datetime-local"
              defaultValue={row.startsAt}
            />
            <TextField
              name={name('endsAt')}
              label={t('to')}
              type="datetime-local"
              defaultValue={row.endsAt}
            />
          </div>
          <p className="text-xs text-ink-muted">{t('inZone', { zone: timeZone })}</p>
        </div>
      )}
    </li>
  );
}

function Section({ title, isOpen, children }: { title: string; isOpen: boolean; children: ReactNode }) {
  return (
    <details open={isOpen} className="border-t border-line pt-4">
      <summary className="text-[0.9375rem] font-semibold">{title}</summary>
      <div className="mt-4 space-y-4">{children}</div>
    </details>
  );
}

function PolicyFields({ policies }: { policies: SchedulePolicies | null }) {
  const t = useTranslations('schedules.form');
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          name="misfire"
          label={t('misfire')}
          hint={t('misfireHint')}
          defaultValue={policies?.misfire ?? 'once'}
          options={misfirePolicies.map((value) => ({ value, label: t(`misfires.${value}`) }))}
        />
        <TextField
          name="misfireLimit"
          label={t('misfireLimit')}
          hint={t('misfireLimitHint')}
          type="number"
          inputMode="numeric"
          {...limits.schedules.misfireLimit}
          defaultValue={policies?.misfireLimit ?? misfireLimitDefault}
        />
        <SelectField
          name="overlap"
          label={t('overlap')}
          hint={t('overlapHint')}
          defaultValue={policies?.overlap ?? 'skip'}
          options={overlapPolicies.map((value) => ({ value, label: t(`overlaps.${value}`) }))}
        />
        <TextField
          name="spreadSeconds"
          label={t('spread')}
          hint={t('spreadHint')}
          type="number"
          inputMode="numeric"
          {...limits.schedules.spreadSeconds}
          defaultValue={policies?.spreadSeconds ?? 0}
        />
      </div>
      <CheckboxField
        name="catchUpAfterEnable"
        label={t('catchUpAfterEnable')}
        defaultChecked={policies?.catchUpAfterEnable ?? false}
      />
    </>
  );
}

/** The fields of a schedule, inside an ActionForm. Shows only those of the chosen kind. */
export function ScheduleFields({
  schedule,
  policies,
  timeZone,
}: {
  schedule: Schedule | null;
  policies: SchedulePolicies | null;
  timeZone: string;
}) {
  const t = useTranslations('schedules.form');
  const rows = blackoutRows(policies?.blackouts ?? [], timeZone);
  return (
    <>
      <WhenFields schedule={schedule} timeZone={timeZone} />
      <Section title={t('policies')} isOpen={schedule !== null}>
        <PolicyFields policies={policies} />
      </Section>
      <Section title={t('blackouts')} isOpen={(policies?.blackouts.length ?? 0) > 0}>
        <p className="text-[0.8125rem] text-ink-muted">{t('blackoutsHint')}</p>
        <ul className="space-y-3">
          {rows.map((row, index) => (
            <BlackoutFields key={`${index} ${row.type}`} row={row} index={index} timeZone={timeZone} />
          ))}
        </ul>
      </Section>
      <datalist id="time-zones">
        {[timeZone, 'Asia/Tokyo', 'UTC', 'Asia/Singapore', 'Europe/London', 'America/New_York']
          .filter((zone, index, zones) => zones.indexOf(zone) === index)
          .map((zone) => (
            <option key={zone} value={zone} />
          ))}
      </datalist>
    </>
  );
}
