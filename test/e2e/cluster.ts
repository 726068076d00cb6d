/** Three instances on one PostgreSQL database, behind a plain proxy. */
import { test as base } from '@playwright/test';
import { startPostgres } from '../server/postgres.mjs';
import { startProxy, type Passed } from '../server/proxy.mjs';
import { DemoProcess } from './demo-process.js';

export interface Cluster {
  origin: string;
  instances: readonly DemoProcess[];
  databaseUrl: string;
  /** All requests so far, with the instance that received each. */
  passed: readonly Passed[];
}

export const test = base.extend<{ cluster: Cluster }>({
  cluster: async ({}, use) => {
    const postgres = await startPostgres();
    const instances = await Promise.all(
      [1, 2, 3].map(() => DemoProcess.start({ DATABASE_URL: postgres.url, DEMO_GUEST: 'manager' })),
    );
    const passed: Passed[] = [];
    const origins = instances.map((demo) => demo.origin);
    const proxy = await startProxy(origins, (each) => void passed.push(each));
    await use({ origin: proxy.origin, instances, databaseUrl: postgres.url, passed });
    proxy.close();
    await Promise.all(instances.map((demo) => demo.kill()));
    await postgres.stop();
  },
});
