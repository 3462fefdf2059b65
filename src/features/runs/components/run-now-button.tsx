'use client';

import { Play } from 'lucide-react';
import type { Route } from 'next';
import { ActionForm } from '#components/ui/action-form.tsx';
import { DialogLink } from '#components/ui/dialog-link.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import { startRun } from '#features/runs/actions.ts';

/** The button of RunNow in a list, with its texts as props; with `openHref` it opens a dialog instead of starting the job. */
export function RunNowButton({
  jobId,
  openHref,
  word,
  label,
}: {
  jobId: string;
  openHref?: Route | undefined;
  word: string;
  label: string;
}) {
  const content = (
    <>
      <Icon icon={Play} className="size-3.5" />
      {word}
    </>
  );
  if (openHref !== undefined) {
    return (
      <DialogLink href={openHref} aria-label={label}>
        {content}
      </DialogLink>
    );
  }
  return (
    <ActionForm action={startRun} className="space-y-2">
      <input type="hidden" name="jobId" value={jobId} />
      <SubmitButton variant="secondary" size="sm" aria-label={label}>
        {content}
      </SubmitButton>
    </ActionForm>
  );
}
