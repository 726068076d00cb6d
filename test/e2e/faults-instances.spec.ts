/** Tests that when one of three instances crashes during a write, the other two continue. */
import { expect } from '@playwright/test';
import pg from 'pg';
import { test, type Cluster } from './cluster.js';
import { FaultPage, Server, gate } from './fault-page.js';

/** Holds back all writes of a tenant, like a slow writer; resolves to how to release them. */
async function holdWrites({ databaseUrl }: Cluster, tenant: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT seq FROM pipeline.tenants WHERE tenant_id = $1 FOR UPDATE', [tenant]);
  return () => client.end();
}

/** How many writes are waiting for their turn. */
async function waiting({ databaseUrl }: Cluster): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
  await client.end();
  return rows.length;
}

for (const [when, isApplied] of [
  ['before the write was stored', false],
  ['after the write was stored, before its response', true],
] as const) {
  test(`killed ${when}: the write is there once, and both agents can continue`, async ({
    browser,
    request,
    cluster,
  }) => {
    const server = new Server(request, cluster.origin);
    await server.pipeline('Leads', 'Purchase');
    const open = async (): Promise<FaultPage> => FaultPage.open(await browser.newContext(), server);
    const [first, second] = [await open(), await open()];
    for (const each of [first, second]) await each.shows('No status');

    const letGo = isApplied ? undefined : await holdWrites(cluster, server.path.replace('/api/', ''));
    const applied = gate();
    first.handle(async (route, { key }) => {
      if (!isApplied || key === undefined || first.writes.length > 1) return route.continue();
      await route.fetch();
      applied.open();
      await killed.opened;
      return route.abort();
    });
    const killed = gate();
    await first.pick('Leads');
    if (isApplied) await applied.opened;
    else await expect.poll(() => waiting(cluster)).toBe(1);
    const { index } = cluster.passed.findLast(({ method }) => method === 'PUT')!;
    await cluster.instances[index]!.kill();
    killed.open();
    await first.shows('Leads');
    await letGo?.();

    await first.isSaving(false);
    await first.shows('Leads');
    await second.shows('Leads');
    const survivor = server.at(cluster.instances[(index + 1) % 3]!.origin);
    expect(await survivor.history('c1')).toEqual(['leads']);
    expect(new Set(first.writes.map(({ key }) => key)).size).toBe(1);
    await second.pick('Purchase', 2);
    await first.shows('Purchase', 2);
    await first.pick('Purchase');
    await second.shows('Purchase');
    for (const each of [first, second]) expect(await each.errors()).toEqual([]);
  });
}
