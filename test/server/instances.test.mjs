// Tests several instances on one database: one feed for all, and nothing lost or doubled when one crashes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Events } from './events.mjs';
import { OPEN } from './open-access.mjs';
import { startPostgres } from './postgres.mjs';
import { Client, newTenant, onBothDatabases, server, until } from './support.mjs';

const START = fileURLToPath(new URL('start-open.mjs', import.meta.url));

/** Starts an instance in its own process; resolves when it serves. */
async function startProcess(env) {
  const child = spawn(process.execPath, [START], {
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  const port = await until(() => /localhost:(\d+)/.exec(output)?.[1], 'the server to start');
  return {
    origin: `http://127.0.0.1:${port}`,
    async kill(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** Sends a request with the same key until some instance responds. */
async function persist(origins, write) {
  let attempt = 0;
  return until(async () => {
    const answer = await write(origins[attempt++ % origins.length]).catch(() => undefined);
    return answer && ![409, 429, 503, 504].includes(answer.status) && answer;
  }, 'an answer');
}

onBothDatabases((world) => {
  it('three instances send one feed, in the same order everywhere', async () => {
    // The third gets no notifications, so its feed has to rely on polling.
    const deaf = async () => ({ ...(await world.open()), notifier: undefined });
    const others = [await world.start({ pollMs: 50 }), await world.start({ pollMs: 50, open: deaf })];
    const tenant = newTenant();
    const clients = [world.origin, ...others.map(({ origin }) => origin)].map((origin) => new Client(origin, tenant));
    const feeds = await Promise.all(
      clients.map((client) => Events.open(`${client.base}/changes`, { 'last-event-id': '0' })),
    );
    await clients[0].pipeline('A', 'B');
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        n % 6
          ? clients[n % 3].pick(`c${n % 7}`, n % 2 ? 'a' : 'b')
          : clients[n % 3].post(`/statuses/${n % 12 ? 'a' : 'b'}/move`, { after: n % 4 ? 'a' : null }),
      ),
    );
    const { seq } = (await clients[0].get('/statuses')).body;
    await Promise.all(feeds.map((feed) => feed.until((changes) => changes.at(-1)?.id === seq)));
    const [first, ...rest] = feeds.map(({ changes }) => changes);
    for (const feed of rest) assert.deepEqual(feed, first);
    first.slice(1).forEach(({ id }, n) => assert.equal(Number(id), Number(first[n].id) + 1));
    // A client may switch instances at any time.
    const moved = await Events.open(`${clients[2].base}/changes`, { 'last-event-id': first[20].id });
    await moved.until((changes) => changes.at(-1)?.id === seq);
    assert.deepEqual(moved.changes, first.slice(21));
    for (const feed of [...feeds, moved]) feed.close();
    for (const other of others) await other.close();
  });

  it('a write on one instance is immediately visible on all', async () => {
    const other = await world.start();
    const [one, two] = [world.origin, other.origin].map(
      (origin, _, __, tenant = 'shared') => new Client(origin, tenant),
    );
    await one.pipeline('A');
    for (let n = 0; n < 20; n++) {
      const renamed = await one.patch('/statuses/a', { name: `A${n}` }, { 'if-match': '*' });
      assert.deepEqual(await two.statuses(), [renamed.body]);
      const picked = await two.pick(`c${n}`, 'a');
      assert.deepEqual((await one.entries(`c${n}`))[`c${n}`], picked.body);
    }
    await other.close();
  });
});

describe('in separate processes', () => {
  onBothDatabases(
    (world) => {
      it('after one crashes during writes that are then resent, each write is done once', async () => {
        const env = { DATABASE_URL: world.url };
        const victim = await startProcess(env);
        const tenant = newTenant();
        await new Client(world.origin, tenant).pipeline('A', 'B', 'C');
        const answers = [];
        const jobs = Array.from({ length: 120 }, (_, n) => async () => {
          const answer = await persist([victim.origin, world.origin], (origin) => {
            const client = new Client(origin, tenant);
            const headers = { 'idempotency-key': `key-${n}` };
            if (n % 10 === 0) {
              return client.post('/statuses', { id: `s${n}`, name: `S${n}`, color: '#000000' }, headers);
            }
            // Each write continues from the previous one, so a duplicate would show.
            return client.pick(`c${n % 12}`, ['a', 'b', 'c'][Math.floor(n / 12) % 3], headers);
          });
          answers.push({ n, answer });
          if (answers.length === 40) await victim.kill('SIGKILL');
        });
        let next = 0;
        await Promise.all(
          Array.from({ length: 12 }, async () => {
            while (next < jobs.length) await jobs[next++]();
          }),
        );
        assert.deepEqual([...new Set(answers.map(({ answer }) => answer.status))].sort(), [200, 201]);
        const changes = await world.database.query(
          'SELECT seq, op_id FROM pipeline.changes WHERE tenant_id = $1 ORDER BY seq',
          [tenant],
        );
        const keys = changes.map(({ op_id: key }) => key).filter(Boolean);
        assert.equal(new Set(keys).size, keys.length, 'a write was done twice');
        for (const { n, answer } of answers) {
          // A pick of the current status succeeds without a change record.
          const change = changes.find(({ op_id: key }) => key === `key-${n}`);
          if (change) assert.equal(change.seq, answer.body.version);
        }
        const stored = await world.database.query('SELECT 1 AS x FROM pipeline.answers WHERE tenant_id = $1', [tenant]);
        assert.equal(stored.length, 120);
        const ids = (await new Client(world.origin, tenant).statuses()).map(({ id }) => id);
        assert.equal(ids.filter((id) => id.startsWith('s')).length, 12);
      });

      it('SIGTERM shuts it down cleanly', async () => {
        const own = await startProcess({ DATABASE_URL: world.url });
        const client = new Client(own.origin);
        await client.pipeline('A');
        const events = await Events.open(`${client.base}/changes`);
        await events.until(() => events.blocks.length > 0, 'the beginning');
        const [code] = await own.kill('SIGTERM');
        assert.equal(code, 0);
        await events.until((_, { isOver }) => isOver, 'the end of the stream');
      });
    },
    { only: 'PostgreSQL' },
  );

  it('an embedded database keeps its data, even after a crash', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pipeline-data-'));
    const env = { DATA_FOLDER: join(folder, 'data'), DATABASE_URL: '' };
    const first = await startProcess(env);
    const client = new Client(first.origin);
    await client.pipeline('A');
    const picked = await client.pick('c1', 'a', { 'idempotency-key': 'k' });
    await first.kill('SIGKILL');
    const second = await startProcess(env);
    client.base = client.base.replace(first.origin, second.origin);
    assert.deepEqual((await client.entries('c1')).c1, picked.body);
    assert.equal(
      (await client.pick('c1', 'a', { 'idempotency-key': 'k' })).headers.get('idempotency-replayed'),
      'true',
    );
    await second.kill('SIGTERM');
    rmSync(folder, { recursive: true });
  });
});

describe('an empty database', () => {
  it('is prepared by many instances at once without errors', async () => {
    const postgres = await startPostgres();
    const errors = [];
    const open = () => server.openPostgres(postgres.url, 2);
    const instances = Array.from({ length: 8 }, () =>
      server.createServer({ ...OPEN, open, onError: (thrown) => errors.push(thrown.message) }),
    );
    const opened = await Promise.allSettled(instances.map((each) => each.ready));
    await Promise.all(instances.map((each) => each.close()));
    await postgres.stop();
    assert.deepEqual(errors, []);
    assert.ok(opened.every(({ status }) => status === 'fulfilled'));
  });
});
