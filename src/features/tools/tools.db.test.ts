import { beforeEach, describe, expect, it } from 'vitest';
import type { AdminActor } from '#auth/actor.ts';
import { ForbiddenError, NotFoundError } from '#domain/errors.ts';
import { sql } from '#testing/database/clients.ts';
import { makeJob } from '#testing/jobs/make-job.ts';
import { actAs } from '#testing/tenants/act-as.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';
import { addTool } from './add-tool.ts';
import { changeTool } from './change-tool.ts';
import { deleteTool } from './delete-tool.ts';
import { listTools } from './queries.ts';

let mine: TestTenant;
let other: TestTenant;
let admin: AdminActor;

beforeEach(async () => {
  [mine, other] = await Promise.all([makeTenant(), makeTenant()]);
  admin = actAs(mine, mine.admin);
});

const tool = { name: '経費精算', description: '月次', url: 'https://keihi.example.com/' };

describe('addTool and changeTool', () => {
  it('keep the list, which staff may read', async () => {
    const { id } = await addTool(admin, tool);
    await changeTool(admin, id, { ...tool, name: '経費', url: null });
    expect(await listTools(actAs(mine, mine.staff))).toEqual([{ id, ...tool, name: '経費', url: null }]);
    expect(await listTools(actAs(other, other.admin))).toEqual([]);
  });

  it('refuse a name that is taken in the company, but not one that another company uses', async () => {
    await addTool(admin, tool);
    await expect(addTool(admin, tool)).rejects.toMatchObject({ rule: 'tool_name_is_unique_in_its_tenant' });
    await addTool(actAs(other, other.admin), tool);
    const second = await addTool(admin, { ...tool, name: '給与' });
    await expect(changeTool(admin, second.id, tool)).rejects.toMatchObject({
      rule: 'tool_name_is_unique_in_its_tenant',
    });
  });

  it('are refused to staff and to another company', async () => {
    const { id } = await addTool(admin, tool);
    await expect(addTool(actAs(mine, mine.staff), { ...tool, name: 'x' })).rejects.toThrow(ForbiddenError);
    await expect(changeTool(actAs(mine, mine.staff), id, { ...tool, name: 'x' })).rejects.toThrow(
      NotFoundError,
    );
    await expect(changeTool(actAs(other, other.admin), id, { ...tool, name: 'x' })).rejects.toThrow(
      NotFoundError,
    );
    expect(await listTools(admin)).toMatchObject([{ name: tool.name }]);
  });
});

describe('deleteTool', () => {
  it('keeps its jobs, without a tool', async () => {
    const { id } = await addTool(admin, tool);
    await makeJob(mine.id, { tool_id: id });
    await expect(deleteTool(actAs(other, other.admin), id)).rejects.toThrow(NotFoundError);
    await expect(deleteTool(actAs(mine, mine.staff), id)).rejects.toThrow(NotFoundError);
    await deleteTool(admin, id);
    expect([...(await sql`select tool_id from public.jobs where tenant_id = ${mine.id}`)]).toEqual([
      { tool_id: null },
    ]);
  });
});
