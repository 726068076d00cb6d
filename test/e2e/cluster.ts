/** Three instances on one PostgreSQL, behind a plain proxy. */
import { test as base } from '@playwright/test';
import { startPostgres } from '../server/postgres.mjs';
import { startProxy, type Passed } from '../server/proxy.mjs';
import { Machine } from './machine.js';

export interface Cluster {
  origin: string;
  machines: readonly Machine[];
  databaseUrl: string;
  /** The requests so far, and which of the machines got each. */
  passed: readonly Passed[];
}

export const test = base.extend<{ cluster: Cluster }>({
  cluster: async ({}, use) => {
    const postgres = await startPostgres();
    const machines = await Promise.all(
      [1, 2, 3].map(() => Machine.start({ DATABASE_URL: postgres.url, DEMO_GUEST: 'manager' })),
    );
    const passed: Passed[] = [];
    const origins = machines.map((machine) => machine.origin);
    const proxy = await startProxy(origins, (each) => void passed.push(each));
    await use({ origin: proxy.origin, machines, databaseUrl: postgres.url, passed });
    proxy.close();
    await Promise.all(machines.map((machine) => machine.kill()));
    await postgres.stop();
  },
});
