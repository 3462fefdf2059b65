'use client';

import { ActionForm } from '#components/ui/action-form.tsx';
import { SwitchButton } from '#components/ui/switch-button.tsx';
import { setJobEnabled } from '#features/scheduler/actions.ts';

/** The switch of a job, with its texts as props; EnableSwitch finds them itself. */
export function EnableForm({
  jobId,
  isEnabled,
  ...texts
}: {
  jobId: string;
  isEnabled: boolean;
  label: string;
  onText: string;
  offText: string;
}) {
  return (
    <ActionForm action={setJobEnabled} className="relative z-10 space-y-0">
      <input type="hidden" name="jobId" value={jobId} />
      <input type="hidden" name="isEnabled" value={String(!isEnabled)} />
      <SwitchButton isOn={isEnabled} {...texts} />
    </ActionForm>
  );
}
