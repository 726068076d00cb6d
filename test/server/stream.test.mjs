// Tests GET /changes: each change once, in order, from the client's position.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { it } from 'node:test';
import { Events } from './events.mjs';
import { codeOf, onBothDatabases, until } from './support.mjs';

onBothDatabases((world) => {
  const listen = (client, since) =>
    Events.open(`${client.base}/changes`, since === undefined ? {} : { 'last-event-id': since });
  const ofEntry = (id, statusId) => (changes) =>
    changes.some(({ event, data }) => event === 'entry' && data.conversationId === id && data.statusId === statusId);

  it('is an event stream that starts immediately', async () => {
    const client = world.client();
    const events = await listen(client);
    const { headers, status } = events.response;
    assert.equal(status, 200);
    assert.match(headers.get('content-type'), /^text\/event-stream/);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('x-accel-buffering'), 'no');
    await events.until(() => events.blocks.length >= 2, 'the beginning');
    assert.match(events.blocks[0].retry, /^\d+$/);
    assert.equal(events.blocks[1].id, '0');
    events.close();
  });

  it('sends every kind of write, with its record, position and key', async () => {
    const client = world.client();
    const events = await listen(client, '0');
    const made = await client.post(
      '/statuses',
      { id: 'a', name: 'A', color: '#112233' },
      { 'idempotency-key': 'op-1' },
    );
    await client.pipeline('B');
    const picked = await client.pick('c1', 'a', { 'idempotency-key': '"op-2"' }, { contactId: 'p1' });
    await client.delete('/statuses/a?moveTo=b', { 'if-match': '*', 'idempotency-key': 'op-3' });
    await events.until((changes) => changes.length >= 5);
    const [first, , pick, gone, reset] = events.changes;
    const { version } = made.body;
    assert.deepEqual(first, { event: 'status', id: String(version), data: { ...made.body, opId: 'op-1' } });
    assert.deepEqual(pick, { event: 'entry', id: String(picked.body.version), data: { ...picked.body, opId: 'op-2' } });
    assert.deepEqual([gone.event, gone.data.deleted, gone.data.opId], ['status', true, 'op-3']);
    assert.deepEqual([reset.event, reset.data], ['reset', { opId: 'op-3' }]);
    const places = events.changes.map(({ id }) => Number(id));
    assert.deepEqual(
      places,
      places.map((_, n) => places[0] + n),
      'every number once',
    );
    events.close();
  });

  it('starts at the current position without a Last-Event-ID', async () => {
    const client = world.client();
    await client.pipeline('A');
    const { seq } = (await client.get('/statuses')).body;
    const events = await listen(client);
    await events.until(() => events.blocks.some(({ id }) => id === seq), 'the beginning');
    await client.pick('c1', 'a');
    await events.until(ofEntry('c1', 'a'));
    assert.equal(events.changes.length, 1);
    events.close();
  });

  it('resumes at the client’s position: nothing twice, nothing missing', async () => {
    const client = world.client();
    await client.pipeline('A', 'B');
    const { seq } = (await client.get('/statuses')).body;
    for (let n = 0; n < 10; n++) await client.pick(`c${n}`, 'a');
    for (const skip of [0, 4, 10]) {
      const events = await listen(client, String(Number(seq) + skip));
      await client.pick('last', skip === 4 ? 'a' : 'b');
      await events.until(ofEntry('last', skip === 4 ? 'a' : 'b'));
      const ids = events.changes.map(({ data }) => data.conversationId);
      const missed = Array.from({ length: 10 - skip }, (_, n) => `c${n + skip}`);
      assert.deepEqual(ids.slice(0, missed.length), missed);
      assert.equal(new Set(events.changes.map(({ id }) => id)).size, ids.length);
      events.close();
    }
  });

  it('sends a reset for a position that is unknown, ahead, or too far behind', async () => {
    const client = world.client();
    await client.pipeline('A');
    const { seq } = (await client.get('/statuses')).body;
    await world.database.query(
      `INSERT INTO pipeline.changes (tenant_id, seq, kind, at) SELECT $1, n, 'reset', 0
        FROM generate_series($2::bigint + 1, $2::bigint + 1100) n`,
      [client.tenant, Number(seq)],
    );
    const head = String(Number(seq) + 1100);
    await world.database.query('UPDATE pipeline.tenants SET seq = $2 WHERE tenant_id = $1', [client.tenant, head]);
    for (const since of ['foreign', '-1', String(Number(head) + 1), '5', seq, '9'.repeat(40), '']) {
      const events = await listen(client, since);
      await events.until((changes) => changes.length > 0, `a reset after ${since}`);
      assert.deepEqual(events.changes, [{ event: 'reset', id: head, data: {} }], since);
      // The stream continues from there.
      await client.put('/conversations', {
        conversations: [{ conversationId: 'c1', contactId: `p-${since.slice(0, 5)}` }],
      });
      await events.until((changes) => changes.length > 1, `what comes after the reset after ${since}`);
      await world.database.query('DELETE FROM pipeline.changes WHERE tenant_id = $1 AND seq > $2', [
        client.tenant,
        head,
      ]);
      await world.database.query('UPDATE pipeline.tenants SET seq = $2 WHERE tenant_id = $1', [client.tenant, head]);
      events.close();
    }
  });

  it('sends a reset when the position was pruned', async () => {
    const client = world.client();
    await client.pipeline('A', 'B', 'C');
    const { seq } = (await client.get('/statuses')).body;
    const place = Number(seq) - 1;
    await world.database.query('DELETE FROM pipeline.changes WHERE tenant_id = $1 AND seq <= $2', [
      client.tenant,
      place,
    ]);
    await world.database.query('UPDATE pipeline.tenants SET pruned = $2 WHERE tenant_id = $1', [client.tenant, place]);
    const early = await listen(client, String(place - 1));
    await early.until((changes) => changes[0]?.event === 'reset', 'a reset');
    const zero = await listen(client, '0');
    await zero.until((changes) => changes[0]?.event === 'reset', 'a reset');
    const just = await listen(client, String(place));
    await just.until((changes) => changes[0]?.event === 'status', 'the last status');
    for (const events of [early, zero, just]) events.close();
  });

  it('each tenant receives only its own changes', async () => {
    const [one, other] = [world.client(), world.client()];
    const events = await listen(one, '0');
    await other.pipeline('Secret');
    await one.pipeline('A');
    await events.until((changes) => changes.length > 0);
    assert.deepEqual(
      events.changes.map(({ data }) => data.name),
      ['A'],
    );
    events.close();
  });

  it('a comment at intervals keeps the connection alive', async () => {
    const instance = await world.start({ heartbeatMs: 20 });
    const client = world.client();
    const events = await Events.open(`${instance.origin}/api/${client.tenant}/changes`);
    await events.until(() => events.blocks.filter((block) => ':' in block).length > 2, 'comments');
    events.close();
    await instance.close();
  });

  it('a client that disconnects is forgotten; one that does not read is cut off', async () => {
    const instance = await world.start({ maxStreams: 1, pollMs: 20 });
    const client = world.client();
    await client.pipeline('A');
    const url = `${instance.origin}/api/${client.tenant}/changes`;
    const first = await Events.open(url);
    await first.until(() => first.blocks.length > 0, 'the beginning');
    const second = await Events.open(url);
    assert.equal(second.response.status, 503);
    assert.equal(second.response.headers.get('retry-after'), '10');
    first.close();
    const third = await until(async () => {
      const events = await Events.open(url);
      return events.response.status === 200 && events;
    }, 'the place of the first');
    third.close();
    // This client reads nothing, so the server's buffer fills up to its limit.
    const socket = await until(
      () =>
        new Promise((resolve) => {
          const own = connect(instance.http.address().port, '127.0.0.1', () => {
            own.write(`GET /api/${client.tenant}/changes HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 0\r\n\r\n`);
            own.once('data', (data) => {
              own.pause();
              if (String(data).includes(' 200 ')) resolve(own);
              else {
                own.destroy();
                resolve(undefined);
              }
            });
          });
        }),
      'a stream',
    );
    // Repeatedly, as writes arrive, because the socket buffers hold some of it.
    const fourth = await until(async () => {
      await world.database.query(
        `INSERT INTO pipeline.changes (tenant_id, seq, kind, record, at)
            SELECT $1, seq + n, 'entry', '{"x":"' || repeat('x', 50000) || '"}', 0
            FROM pipeline.tenants, generate_series(1, 40) n WHERE tenant_id = $1`,
        [client.tenant],
      );
      await world.database.query('UPDATE pipeline.tenants SET seq = seq + 40 WHERE tenant_id = $1', [client.tenant]);
      const events = await Events.open(url);
      return events.response.status === 200 && events;
    }, 'the place of the client that does not read');
    fourth.close();
    socket.destroy();
    await instance.close();
  });

  it('a server that shuts down ends its streams and finishes pending requests', async () => {
    const instance = await world.start();
    const client = world.client();
    await client.pipeline('A', 'B');
    client.base = client.base.replace(world.origin, instance.origin);
    const events = await listen(client);
    await events.until(() => events.blocks.length > 1, 'the beginning');
    const picks = Array.from({ length: 20 }, (_, n) => client.pick(`c${n}`, 'a', { connection: 'close' }));
    await until(async () => Object.keys(await world.client(client.tenant).entries('c0')).length, 'the first pick');
    const closing = instance.api.close();
    const late = await client.pick('late', 'a').catch(() => ({ status: 503, body: {} }));
    assert.equal(late.status, 503);
    const answers = await Promise.all(picks);
    for (const answer of answers) {
      assert.ok(answer.status === 200 || (answer.status === 503 && codeOf(answer) === 'unavailable'));
    }
    await closing;
    await events.until((_, { isOver }) => isOver, 'the end of the stream');
    const entries = await world.client(client.tenant).entries(...answers.map((_, n) => `c${n}`));
    answers.forEach(({ status }, n) => assert.equal(entries[`c${n}`] !== undefined, status === 200));
    await instance.close();
  });
});
