/** The server dies in the middle of a write, and comes back on the same data. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import { FaultPage, Server, gate } from './fault-page.js';

/** The demo with a server of its own, which can be killed and started again. */
class Machine {
  #process: ChildProcess | undefined;

  constructor(
    readonly port: number,
    readonly folder: string,
  ) {}

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const env = { ...process.env, PORT: String(this.port), DATA_FOLDER: this.folder };
    const own = (this.#process = spawn('node', ['demo/serve.mjs'], { env, stdio: ['ignore', 'pipe', 'inherit'] }));
    await new Promise((resolve) => own.stdout.once('data', resolve));
    await (await fetch(`${this.origin}/api/warm-up/statuses`)).arrayBuffer();
  }

  /** At once: it finishes nothing. */
  async kill(): Promise<void> {
    const own = this.#process;
    if (!own || own.exitCode !== null || own.signalCode !== null) return;
    const ended = new Promise((resolve) => own.once('exit', resolve));
    own.kill('SIGKILL');
    await ended;
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const test = base.extend<{ machine: Machine }>({
  machine: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'pipeline-elements-'));
    const machine = new Machine(await freePort(), join(folder, 'data'));
    await machine.start();
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
