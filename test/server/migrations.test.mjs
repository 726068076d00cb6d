// Tests upgrades of the database from its first version, with data, on both databases.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { OPEN } from './open-access.mjs';
import { startPostgres } from './postgres.mjs';
import { Client, server } from './support.mjs';

const fixture = (name) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
const FIRST = fixture('first-schema.sql')
  .split(/;\n+/)
  .map((statement) => statement.replace(/^--.*\n/gm, '').trim())
  .filter(Boolean);
/** The responses of the first version's server to reads of that data. */
const READS = JSON.parse(fixture('first-schema.json'));
/** What the fixture has deleted can be restored and purged whenever this test runs. */
const EVER = 1e15;

const DATABASES = {
  PGlite: async () => {
    const database = await server.openPglite();
    return {
      database,
      open: async () => ({ ...database, close: async () => undefined }),
      stop: () => database.close(),
    };
  },
  PostgreSQL: async () => {
    const postgres = await startPostgres();
    const database = await server.openPostgres(postgres.url, 4);
    const stop = async () => {
      await database.close();
      await postgres.stop();
    };
    return { database, open: () => server.openPostgres(postgres.url, 4), url: postgres.url, stop };
  },
};

/** Runs a test on a database of the first version. */
async function withFirstVersion(create, body) {
  const world = await create();
  const instances = [];
  const start = async (options = {}) => {
    const api = server.createServer({ ...OPEN, open: world.open, undoPeriodMs: EVER, ...options });
    const http = await server.listen(server.nodeHandler(api), 0);
    instances.push({ api, http });
    await api.ready;
    return (tenant) => new Client(`http://127.0.0.1:${http.address().port}`, tenant);
  };
  try {
    for (const statement of FIRST) await world.database.query(statement);
    await body({ ...world, start });
  } finally {
    for (const { api, http } of instances) {
      await api.close();
      http.close();
      http.closeAllConnections();
    }
    await world.stop();
  }
}

async function assertReads(client, reads = READS) {
  for (const { method, path, body, response } of reads) {
    const answer = await client.call(method, path, body);
    assert.equal(answer.status, 200, `${method} ${path}`);
    const { can: _, statusFields: __, ...rest } = answer.body;
    assert.deepEqual(rest, response, `${method} ${path}`);
  }
}

for (const [name, create] of Object.entries(DATABASES)) {
  describe(`${name}, from the first version`, () => {
    it('every read answers as before, and everything can be written', async () => {
      await withFirstVersion(create, async ({ database, start }) => {
        const client = (await start())('acme');
        await assertReads(client);
        assert.deepEqual((await client.post('/statuses/old/restore')).body.restored, 3);
        const picked = (await client.pick('c1', 'old')).body;
        assert.deepEqual((await client.entries('c1')).c1, picked);
        const [made] = await client.pipeline('Next');
        assert.equal((await client.post('/statuses/next/move', { after: 'older' })).status, 200);
        const version = (await client.statuses()).find(({ id }) => id === made.id).version;
        const renamed = await client.patch('/statuses/next', { name: 'Later' }, { 'if-match': `"${version}"` });
        assert.equal(renamed.status, 200);
        const dropped = await client.delete('/statuses/old?moveTo=next', { 'if-match': '*' });
        assert.deepEqual(dropped.body, { moved: 4 });
        assert.equal((await client.get('/conversations/c1/history')).body.items.at(-1).to, 'next');
        await client.put('/conversations', { conversations: [{ conversationId: 'c1', contactId: 'p9' }] });
        assert.equal((await client.post('/contacts/batch-get', { ids: ['p9'] })).body.items[0].latest, 'next');
        assert.equal((await client.counts()).byStatus.next, 4);
        // Statuses that it had deleted are purged, and what is shown stays the same.
        const before = await client.entries('c1', 'c2', 'c3');
        while (await server.cleanUp(database, { undoPeriodMs: -EVER }));
        assert.deepEqual(await client.entries('c1', 'c2', 'c3'), before);
        const rows = await database.query(`SELECT 1 AS x FROM pipeline.statuses WHERE tenant_id = 'acme' AND deleted`);
        assert.equal(rows.length, 0);
      });
    });

    it('several instances that start at once apply each migration once, record its time and log it', async () => {
      await withFirstVersion(create, async ({ database, start }) => {
        const lines = [];
        const begun = Date.now();
        const clients = await Promise.all(Array.from({ length: 6 }, () => start({ log: (line) => lines.push(line) })));
        for (const client of clients) await assertReads(client('acme'), READS.slice(0, 3));
        const rows = await database.query(
          'SELECT version, name, applied_at AS at FROM pipeline.migrations WHERE version > 0 ORDER BY version',
        );
        assert.ok(rows.length >= 3);
        rows.forEach(({ version, at }, n) => {
          assert.equal(version, n + 1);
          assert.ok(at > begun - 60_000 && at < Date.now() + 60_000);
        });
        assert.deepEqual(
          lines.map((line) => Number(/migration (\d+)/.exec(line)[1])),
          rows.map(({ version }) => version),
        );
      });
    });

    it('a migration that fails changes nothing, and the next start applies it', async () => {
      await withFirstVersion(create, async ({ database, start }) => {
        const break_ = {
          query: (text, values) => database.query(text, values),
          transaction: (work) =>
            database.transaction((tx) =>
              work({
                query: (text, values) => {
                  if (text.includes('statuses_deleted_of'))
                    throw Object.assign(new Error('disk full'), { code: '53100' });
                  return tx.query(text, values);
                },
              }),
            ),
        };
        await assert.rejects(server.migrate({ ...database, ...break_ }), /disk full/);
        const versions = () => database.query('SELECT max(version) AS max FROM pipeline.migrations');
        assert.equal((await versions())[0].max, 2);
        const indexes = await database.query(`SELECT indexname FROM pg_indexes WHERE indexname = 'statuses_rank'`);
        assert.deepEqual(indexes, []);
        await assertReads((await start())('acme'));
        assert.ok((await versions())[0].max >= 3);
      });
    });

    it('a server of the first version can start and write while the new one runs', async () => {
      await withFirstVersion(create, async ({ database, start }) => {
        const newer = await start();
        await assertReads(newer('acme'));
        // Its start creates what is missing; its writes know none of the newer columns.
        const rename = (statement) => statement.replaceAll("'acme'", "'acme-2'").replaceAll("'other'", "'other-2'");
        for (const statement of FIRST.map(rename)) await database.query(statement);
        await assertReads(newer('acme-2'));
        assert.equal((await newer('acme-2').pick('c1', 'leads')).status, 200);
      });
    });

    it('a server works with a newer version only if that one says so', async () => {
      await withFirstVersion(create, async ({ database, start }) => {
        await start();
        const note = (version, from) =>
          database.query(`INSERT INTO pipeline.migrations VALUES (${version}, 'newer', ${from}, 0)`);
        await note(98, 3);
        await assertReads((await start())('acme'));
        await note(99, 99);
        const errors = [];
        await assert.rejects(start({ onError: (thrown) => errors.push(thrown) }), /version 99.*Update this server/);
      });
    });
  });
}

describe('the commands', () => {
  it('migrate and recount say what they did, and name what is missing', async () => {
    await withFirstVersion(DATABASES.PostgreSQL, async ({ database, start, url }) => {
      const run = async (args, env) => {
        const child = spawn(
          process.execPath,
          [fileURLToPath(new URL('../../demo/server/start.mjs', import.meta.url)), ...args],
          {
            env: { ...process.env, DATABASE_URL: url, DATA_FOLDER: '', ...env },
          },
        );
        let output = '';
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
        const [code] = await once(child, 'close');
        return { code, output };
      };
      const migrated = await run(['migrate']);
      assert.equal(migrated.code, 0);
      assert.match(migrated.output, /applied migration 1 [^]*applied migration 3 [^]*up to date/);
      assert.doesNotMatch((await run(['migrate'])).output, /applied/);
      const client = (await start())('acme');
      await assertReads(client);
      await database.query(`DELETE FROM pipeline.conversations WHERE tenant_id = 'acme' AND conversation_id = 'c1'`);
      assert.match((await run(['recount'])).output, /Corrected the counts of: acme\./);
      assert.match((await run(['recount', 'acme'])).output, /All counts were correct/);
      const wrong = await run(['recount', 'nobody']);
      assert.deepEqual([wrong.code, wrong.output], [1, 'TENANT: the database has no data of "nobody".\n']);
      const unknown = await run(['destroy']);
      assert.equal(unknown.code, 1);
      assert.match(unknown.output, /^COMMAND: "destroy" must be one of: migrate, recount\.\n$/);
      const nowhere = await run(['migrate'], { DATABASE_URL: '' });
      assert.match(nowhere.output, /^DATABASE_URL, or DATA_FOLDER, must name the database\.\n$/);
    });
  });
});
