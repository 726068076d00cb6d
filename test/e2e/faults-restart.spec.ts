/** The server dies in the middle of a write, and comes back on the same data. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import { FaultPage, Server, gate } from './fault-page.js';
import { Machine } from './machine.js';

const test = base.extend<{ machine: Machine }>({
  machine: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'pipeline-elements-'));
    const machine = await Machine.start({ DATA_FOLDER: join(folder, 'data') });
    await use(machine);
    await machine.kill();
    await rm(folder, { recursive: true });
  },
});

for (const [when, isApplied] of [
  ['before it was done', false],
  ['after it was done, before the answer', true],
] as const) {
  test(`killed ${when}: saving meanwhile, and in the end the write is there once`, async ({
    context,
    request,
    machine,
  }) => {
    test.setTimeout(120_000);
    const server = new Server(request, machine.origin);
    await server.pipeline('Leads', 'Purchase');
    const inbox = await FaultPage.open(context, server);
    await inbox.shows('No status');
    const killed = gate();
    inbox.handle(async (route, { key }) => {
      if (key === undefined || inbox.writes.length > 1) return route.continue();
      if (isApplied) await route.fetch();
      await machine.kill();
      killed.open();
      return route.abort();
    });
    await inbox.pick('Leads');
    await killed.opened;
    await inbox.isSaving(true);
    await inbox.shows('Leads');
    await machine.start();
    // It tries again after growing pauses, at most half a minute apart.
    await inbox.isSaving(false, 1, 60_000);
    await inbox.shows('Leads');
    expect(await server.history('c1')).toEqual(['leads']);
    expect(new Set(inbox.writes.map(({ key }) => key)).size).toBe(1);
    expect(await inbox.errors()).toEqual([]);
    await server.pick('c1', 'purchase');
    await inbox.shows('Purchase');
  });
}
