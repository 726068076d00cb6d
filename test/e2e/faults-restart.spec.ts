/** Tests a server that crashes during a write, and restarts on the same data. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import { FaultPage, Server, gate } from './fault-page.js';
import { DemoProcess } from './demo-process.js';

const test = base.extend<{ demo: DemoProcess }>({
  demo: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'pipeline-elements-'));
    const demo = await DemoProcess.start({ DATA_FOLDER: join(folder, 'data') });
    await use(demo);
    await demo.kill();
    await rm(folder, { recursive: true });
  },
});

for (const [when, isApplied] of [
  ['before the write was done', false],
  ['after the write was done, before the response', true],
] as const) {
  test(`killed ${when}: the pick shows as saving, and in the end the write is there once`, async ({
    context,
    request,
    demo,
  }) => {
    const server = new Server(request, demo.origin);
    await server.pipeline('Leads', 'Purchase');
    const inbox = await FaultPage.open(context, server);
    await inbox.shows('No status');
    const killed = gate();
    inbox.handle(async (route, { key }) => {
      if (key === undefined || inbox.writes.length > 1) return route.continue();
      if (isApplied) await route.fetch();
      await demo.kill();
      killed.open();
      return route.abort();
    });
    await inbox.pick('Leads');
    await killed.opened;
    await inbox.isSaving(true);
    await inbox.shows('Leads');
    await demo.start();
    // Retries back off to at most half a minute.
    await inbox.isSaving(false);
    await inbox.shows('Leads');
    expect(await server.history('c1')).toEqual(['leads']);
    expect(new Set(inbox.writes.map(({ key }) => key)).size).toBe(1);
    expect(await inbox.errors()).toEqual([]);
    await server.pick('c1', 'purchase');
    await inbox.shows('Purchase');
  });
}
