'use server';

import { defineAction } from '#features/kit/define-action.ts';
import { addTool as addToolVerb } from './add-tool.ts';
import { changeTool as changeToolVerb } from './change-tool.ts';
import { removeTool as removeToolVerb } from './remove-tool.ts';
import { changeToolInput, toolIdInput, toolInput } from './schemas.ts';

const nameTaken = { tool_name_is_unique_in_its_tenant: 'problems.toolNameTaken' };

/** Adds a tool. */
export const addTool = defineAction({
  access: 'admin',
  schema: toolInput,
  rules: nameTaken,
  async handle(input, admin) {
    await addToolVerb(admin, input);
  },
});

/** Changes a tool. */
export const changeTool = defineAction({
  access: 'admin',
  schema: changeToolInput,
  rules: nameTaken,
  handle: ({ toolId, ...input }, admin) => changeToolVerb(admin, toolId, input),
});

/** Removes a tool. */
export const removeTool = defineAction({
  access: 'admin',
  schema: toolIdInput,
  handle: ({ toolId }, admin) => removeToolVerb(admin, toolId),
});
