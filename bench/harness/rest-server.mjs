// Runs the reference server in its own process, with a pipeline of COUNT conversations, and prints its URL.
// node bench/harness/rest-server.mjs COUNT [URL of a PostgreSQL server; default: an embedded database]
import { loadServer } from '../../demo/server/load.mjs';
import { OPEN } from '../../test/server/open-access.mjs';

const [count, databaseUrl] = process.argv.slice(2);
const STATUSES = 8;
const TENANT = 'bench';
const CHUNK = 50_000;

const { createServer, listen, nodeHandler, openPglite, openPostgres } = await loadServer();
const database = await (databaseUrl ? openPostgres(databaseUrl) : openPglite());
const api = createServer({ ...OPEN, open: async () => database });
await api.ready;

for (let i = 0; i < STATUSES; i++) {
  const response = await api.fetch(
    new Request(`http://localhost/api/${TENANT}/statuses`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
      body: JSON.stringify({ id: `s${i}`, name: `Status ${i}`, color: '#2775f8' }),
    }),
  );
  if (!response.ok) throw new Error(await response.text());
}

// Bypasses the API, which takes a thousand at once. All statuses and "no status" have the same number of conversations.
const GROUPS = STATUSES + 1;
for (let from = 0; from < count; from += CHUNK) {
  await database.query(
    `INSERT INTO pipeline.conversations
        (tenant_id, conversation_id, contact_id, status_id, version, changed_at, recency, events)
      SELECT $1, 'c' || i, NULL, CASE WHEN i % $2 = $2 - 1 THEN NULL ELSE 's' || i % $2 END, 1, 0, -i, 0
      FROM generate_series($3::int, $4::int - 1) AS i`,
    [TENANT, GROUPS, from, Math.min(count, from + CHUNK)],
  );
}
await database.query(
  `INSERT INTO pipeline.counters (tenant_id, kind, group_key, status_keys, n)
    SELECT $1, 'conversation', status_key, '["' || status_key || '"]', count(*)
    FROM pipeline.conversations WHERE tenant_id = $1 GROUP BY status_key`,
  [TENANT],
);
await database.query('ANALYZE');

const server = await listen(nodeHandler(api), 0);
console.log(`http://127.0.0.1:${server.address().port}/api/${TENANT}`);

// Ends when its input ends, so it ends with the process that started it, even after a crash.
process.stdin.resume().once('end', async () => {
  server.close();
  server.closeAllConnections();
  await api.close();
});
