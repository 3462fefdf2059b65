'use server';

import { redirect, RedirectType } from 'next/navigation';
import { defineAction } from '#forms/define-action.ts';
import { addTool as addToolVerb } from './add-tool.ts';
import { changeTool as changeToolVerb } from './change-tool.ts';
import { deleteTool as deleteToolVerb } from './delete-tool.ts';
import { changeToolInput, toolIdInput, toolInput } from './schemas.ts';

const nameTaken = { tool_name_is_unique_in_its_tenant: 'problems.toolNameTaken' };

export const addTool = defineAction({
  access: 'admin',
  schema: toolInput,
  rules: nameTaken,
  async handle(input, admin) {
    await addToolVerb(admin, input);
  },
});

/** Leaves the URL that opened the dialog. */
function closeDialog(): never {
  redirect('/settings/tools', RedirectType.replace);
}

export const changeTool = defineAction({
  access: 'admin',
  schema: changeToolInput,
  rules: nameTaken,
  async handle({ toolId, ...input }, admin) {
    await changeToolVerb(admin, toolId, input);
    closeDialog();
  },
});

export const deleteTool = defineAction({
  access: 'admin',
  schema: toolIdInput,
  async handle({ toolId }, admin) {
    await deleteToolVerb(admin, toolId);
    closeDialog();
  },
});
