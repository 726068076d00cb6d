// Tests overload: one tenant's flood delays no other tenant, excess is rejected at once, and nothing accepted is lost.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Events } from './events.mjs';
import { Client, codeOf, loadLibrary, newTenant, onBothDatabases, until } from './support.mjs';

const { FairQueue } = await loadLibrary();

const many = (count, make) => Array.from({ length: count }, (_, n) => make(n));

/** A queue whose jobs end on demand; `begun` lists them in the order in which they started. */
function openQueue(limits) {
  const queue = new FairQueue({ concurrency: 1, perTenant: 100, total: 1000, ...limits });
  const begun = [];
  const ends = [];
  const run = (name, kind = 'write', signal) => {
    const work = () => {
      begun.push(name);
      return new Promise((resolve) => ends.push(() => resolve(name)));
    };
    return queue.run(name[0], kind, work, signal);
  };
  /** Ends running jobs until this many more have started. */
  const letEnd = async (count) => {
    for (let n = 0; n < count; n++) {
      const before = begun.length;
      await until(() => ends.length, 'a job that runs');
      ends.shift()();
      await until(() => begun.length > before || !queue.waiting, 'the next job');
    }
  };
  return { queue, begun, run, ends, letEnd };
}

describe('the queue', () => {
  it('serves tenants in turn, and each tenant in order', async () => {
    const { begun, run, letEnd } = openQueue();
    const done = [...many(5, (n) => run(`a${n}`)), ...many(3, (n) => run(`b${n}`)), run('c0')];
    await until(() => begun.length, 'the first');
    await letEnd(done.length);
    assert.deepEqual(begun, ['a0', 'b0', 'c0', 'a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
    await Promise.all(done);
  });

  it('gives a newcomer a turn before the rest of a flood', async () => {
    const { begun, run, letEnd } = openQueue();
    const flood = many(50, (n) => run(`a${n}`));
    await letEnd(3);
    const late = run('b0');
    await letEnd(2);
    assert.ok(begun.includes('b0'), begun.join());
    await letEnd(46);
    await Promise.all([...flood, late]);
  });

  it('runs as many jobs at once as allowed: reads in parallel, the writes of a tenant one by one', async () => {
    const { begun, run, ends, letEnd } = openQueue({ concurrency: 3 });
    const done = [...many(3, (n) => run(`a${n}`)), ...many(4, (n) => run(`b${n}`, 'read'))];
    await until(() => begun.length === 3, 'three');
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(begun, ['a0', 'b0', 'b1']);
    assert.equal(ends.length, 3);
    await letEnd(7);
    await Promise.all(done);
  });

  it('a tenant’s writes do not block its reads, nor the reverse', async () => {
    const { begun, run, letEnd } = openQueue();
    const done = [...many(3, (n) => run(`aw${n}`)), ...many(3, (n) => run(`ar${n}`, 'read'))];
    await letEnd(6);
    assert.deepEqual(begun, ['aw0', 'ar0', 'aw1', 'ar1', 'aw2', 'ar2']);
    await Promise.all(done);
  });

  it('rejects jobs above the limit of a tenant, immediately and before they start', async () => {
    const { begun, run, letEnd } = openQueue({ perTenant: 5 });
    const first = run('a-first');
    await until(() => begun.length, 'the first');
    const accepted = many(5, (n) => run(`a${n}`));
    await assert.rejects(run('a-more'), ({ code, retryAfterMs }) => code === 'rate-limited' && retryAfterMs >= 1000);
    const other = run('b0');
    await letEnd(7);
    assert.deepEqual(await Promise.all([first, ...accepted, other]), ['a-first', ...many(5, (n) => `a${n}`), 'b0']);
    assert.ok(!begun.includes('a-more'));
  });

  it('when full, drops the newest job of the tenant with the most for a tenant with fewer', async () => {
    const { begun, run, queue, letEnd } = openQueue({ perTenant: 8, total: 10 });
    const first = run('x');
    await until(() => begun.length, 'the first');
    const flood = many(8, (n) => run(`a${n}`));
    const some = many(2, (n) => run(`b${n}`));
    const late = run('c0');
    await assert.rejects(flood[7], { code: 'rate-limited' });
    await assert.rejects(run('a-more'), { code: 'rate-limited' });
    assert.equal(queue.waiting, 10);
    await letEnd(11);
    assert.deepEqual((await Promise.all([first, ...flood.slice(0, 7), ...some, late])).length, 11);
    assert.ok(!begun.includes('a7'));
  });

  it('when filled by many tenants, rejects the next one, which has as much as each of them', async () => {
    const { begun, run, letEnd } = openQueue({ total: 3 });
    const first = run('x');
    await until(() => begun.length, 'the first');
    const accepted = ['a', 'b', 'c'].map((name) => run(name));
    await assert.rejects(run('d'), { code: 'rate-limited' });
    await letEnd(4);
    await Promise.all([first, ...accepted]);
  });

  it('does not start an aborted job; a started one continues', async () => {
    const { begun, run, queue, letEnd } = openQueue();
    const [gone, late] = [new AbortController(), new AbortController()];
    const first = run('a0', 'write', late.signal);
    await until(() => begun.length, 'the first');
    const second = run('a1', 'write', gone.signal);
    const third = run('a2');
    gone.abort();
    late.abort();
    await assert.rejects(second, { code: 'aborted' });
    assert.equal(queue.waiting, 1);
    await assert.rejects(run('a3', 'write', gone.signal), { code: 'aborted' });
    await letEnd(2);
    assert.deepEqual(await Promise.all([first, third]), ['a0', 'a2']);
    assert.deepEqual(begun, ['a0', 'a2']);
  });

  it('a failing job does not affect others', async () => {
    const { run, queue, letEnd } = openQueue();
    const bad = queue.run('a', 'write', () => Promise.reject(new Error('bad')));
    const good = run('a1');
    await assert.rejects(bad, /bad/);
    await letEnd(1);
    assert.equal(await good, 'a1');
  });
});

onBothDatabases((world) => {
  /** An instance with one connection, whose transactions start on demand: `letGo(count)`, or `open()` for all. */
  const startHeld = async (options) => {
    let allowed = 0;
    const waiting = [];
    const begun = { count: 0 };
    const turn = () => {
      begun.count++;
      if (allowed > 0) return void allowed--;
      return new Promise((resolve) => waiting.push(resolve));
    };
    const letGo = (count) => {
      for (let n = 0; n < count; n++) {
        if (waiting.length) waiting.shift()();
        else allowed++;
      }
    };
    const open = async () => {
      const database = await world.open();
      const held = (name) => async (work) => {
        await turn();
        return database[name](work);
      };
      return { ...database, connections: 1, transaction: held('transaction'), snapshot: held('snapshot') };
    };
    const instance = await world.start({ open, ...options });
    const client = (tenant = newTenant()) => new Client(instance.origin, tenant);
    return { ...instance, client, letGo, begun, open: () => letGo(1e6) };
  };

  /** Two tenants with a pipeline, as clients of the instance. */
  const twoTenants = async (instance) => {
    const tenants = [newTenant(), newTenant()];
    for (const tenant of tenants) await world.client(tenant).pipeline('A');
    return tenants.map((tenant) => instance.client(tenant));
  };

  for (const [what, act] of Object.entries({
    writes: (client, n) => client.pick(`c${n}`, 'a'),
    reads: (client) => client.get('/counts?of=conversation'),
  })) {
    it(`${what} of another tenant finish while most of a flood still waits`, async () => {
      const instance = await startHeld({ maxQueuedPerTenant: 100 });
      const [loud, quiet] = await twoTenants(instance);
      const statuses = [];
      const flood = many(150, (n) => act(loud, n).then(({ status }) => statuses.push(status)));
      // Rejections of those above the limit show that all others are waiting.
      await until(() => statuses.length === 49, 'the refusals');
      let [arrived, done] = [0, 0];
      instance.http.on('request', () => arrived++);
      const other = many(3, (n) => act(quiet, n).then(({ status }) => (done++, status)));
      await until(() => arrived === 3, 'the requests of the other tenant');
      await until(() => {
        if (done < 3) instance.letGo(1);
        return done === 3;
      }, 'the other tenant');
      const served = statuses.filter((status) => status === 200).length;
      assert.ok(served < 50, `${served} of the flood were served before`);
      instance.open();
      assert.deepEqual(await Promise.all(other), [200, 200, 200]);
      await Promise.all(flood);
      assert.deepEqual(statuses.filter((status) => status === 200).length, 101);
      await instance.close();
    });
  }

  it('above the limit: an immediate 429 with Retry-After; accepted writes are done once', async () => {
    const instance = await startHeld({ maxQueuedPerTenant: 20 });
    const [loud, quiet] = await twoTenants(instance);
    const flood = many(60, (n) =>
      loud.pick(`c${n}`, 'a', { 'idempotency-key': `k${n}` }).then((answer) => ({ n, answer })),
    );
    // No transaction is released, so these are rejected while the earlier ones wait.
    const refused = [];
    for (const each of flood) void each.then(({ answer }) => refused.push(answer));
    await until(() => refused.length === 39, 'the refusals');
    for (const answer of refused) {
      assert.deepEqual([answer.status, codeOf(answer)], [429, 'rate-limited']);
      assert.match(answer.headers.get('retry-after'), /^[1-9]\d*$/);
    }
    instance.open();
    assert.equal((await quiet.pick('c1', 'a')).status, 200);
    const answers = await Promise.all(flood);
    const accepted = answers.filter(({ answer }) => answer.status === 200);
    assert.equal(accepted.length, 21);
    const entries = await world.client(loud.tenant).entries(...answers.map(({ n }) => `c${n}`));
    assert.deepEqual(Object.keys(entries).sort(), accepted.map(({ n }) => `c${n}`).sort());
    // Rejected clients retry with the same key.
    const again = answers.find(({ answer }) => answer.status === 429);
    const { status } = await loud.pick(`c${again.n}`, 'a', { 'idempotency-key': `k${again.n}` });
    assert.equal(status, 200);
    await instance.close();
  });

  it('a request whose client disconnected is not started', async () => {
    const instance = await startHeld();
    let [arrived, closed] = [0, 0];
    instance.http.on('request', (_, response) => {
      arrived++;
      response.on('close', () => {
        if (!response.writableFinished) closed++;
      });
    });
    const [client] = await twoTenants(instance);
    const first = client.pick('c1', 'a');
    await until(() => instance.begun.count === 1, 'the first');
    const controller = new AbortController();
    const gone = fetch(`${client.base}/conversations/gone/status`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ statusId: 'a' }),
      signal: controller.signal,
    });
    const last = client.pick('c3', 'a');
    await until(() => arrived === 3, 'all three');
    controller.abort();
    await assert.rejects(gone, { name: 'AbortError' });
    await until(() => closed === 1, 'the server to notice');
    instance.open();
    assert.equal((await first).status, 200);
    assert.equal((await last).status, 200);
    assert.equal((await client.pick('c4', 'a')).status, 200);
    assert.deepEqual(await client.entries('gone'), {});
    await instance.close();
  });

  it('a request waits no longer than its time limit, and is not done afterwards', async () => {
    const instance = await startHeld({ requestTimeoutMs: 300 });
    const [client] = await twoTenants(instance);
    const first = client.pick('c1', 'a');
    await until(() => instance.begun.count === 1, 'the first');
    const late = await client.pick('late', 'a');
    assert.deepEqual([late.status, codeOf(late)], [504, 'timeout']);
    instance.open();
    await first;
    await until(async () => (await client.pick('c4', 'a')).status === 200, 'the next');
    assert.deepEqual(await world.client(client.tenant).entries('late'), {});
    await instance.close();
  });

  it('streams receive changes while all requests wait', async () => {
    const instance = await startHeld({ pollMs: 20 });
    const [loud, quiet] = await twoTenants(instance);
    const events = await Events.open(`${quiet.base}/changes`);
    await events.until(() => events.blocks.length >= 2, 'the beginning');
    const flood = many(50, (n) => loud.pick(`c${n}`, 'a'));
    await until(() => instance.begun.count === 1, 'the first of the flood');
    await world.client(quiet.tenant).pick('c1', 'a');
    await events.until((changes) => changes.length === 1);
    events.close();
    instance.open();
    await Promise.all(flood);
    await instance.close();
  });
});
