// Checks the stored data of a tenant: what is derived from other rows must match them.
import assert from 'node:assert/strict';

/** Checks that all derived rows match the rows they are derived from. */
export async function assertSound(database, tenant) {
  const query = (text) => database.query(text, [tenant]);
  const [head] = await query('SELECT seq, origin, pruned FROM pipeline.tenants WHERE tenant_id = $1');
  const changes = await query('SELECT seq FROM pipeline.changes WHERE tenant_id = $1 ORDER BY seq');
  assert.equal(changes.length, head.seq - head.pruned, 'the feed has a gap');
  const conversations = await query('SELECT * FROM pipeline.conversations WHERE tenant_id = $1');
  const counted = new Map();
  const add = (name) => counted.set(name, (counted.get(name) ?? 0) + 1);
  const contacts = new Map();
  for (const row of conversations) {
    add(`conversation ${row.status_key}`);
    if (row.contact_id === null) continue;
    contacts.set(row.contact_id, [...(contacts.get(row.contact_id) ?? []), row]);
  }
  const stored = await query('SELECT * FROM pipeline.contacts WHERE tenant_id = $1');
  assert.equal(stored.length, contacts.size, 'contacts are missing or left over');
  for (const contact of stored) {
    const own = contacts.get(contact.contact_id);
    const held = {};
    for (const { status_key: status } of own) held[status] = (held[status] ?? 0) + 1;
    assert.deepEqual(Object.fromEntries(JSON.parse(contact.held)), held, "a contact's counts are wrong");
    const [newest] = own.sort((a, b) => a.recency - b.recency || (a.conversation_id < b.conversation_id ? -1 : 1));
    assert.deepEqual([contact.latest_id, contact.latest_key], [newest.conversation_id, newest.status_key]);
    add(`contact ${contact.signature}`);
    add(`latest ${contact.latest_key}`);
  }
  const counters = await query('SELECT kind, group_key, n FROM pipeline.counters WHERE tenant_id = $1 AND n <> 0');
  const expected = [...counted].sort();
  assert.deepEqual(counters.map(({ kind, group_key: group, n }) => [`${kind} ${group}`, n]).sort(), expected);
  const ranks = await query('SELECT rank FROM pipeline.statuses WHERE tenant_id = $1');
  assert.equal(new Set(ranks.map(({ rank }) => rank)).size, ranks.length, 'two statuses have the same rank');
}
