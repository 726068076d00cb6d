// Tests that a change stream ends with its permission or at its time limit.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Events } from './events.mjs';
import { Client, loadLibrary, newTenant, onBothDatabases, until } from './support.mjs';

const { StreamPermission } = await loadLibrary();

/** An instance whose caller is the current `world.caller`, and a stream of it that has started. */
async function openStream(world, caller, options = {}) {
  const state = { caller, calls: 0 };
  const authorize = async (request, path) => {
    state.calls++;
    return state.caller instanceof Function ? state.caller(request, path) : state.caller;
  };
  const instance = await world.start({ basePath: '/api', authorize, streamRecheckMs: 30, ...options });
  const events = await Events.open(`${instance.origin}/api/changes`, { 'x-who': 'me' });
  assert.equal(events.response.status, 200);
  await events.until(() => events.blocks.length >= 2, 'the beginning');
  return { state, events, instance };
}

const hasEnded = (events) => events.until((_, { isOver }) => isOver, 'the end of the stream');

it('all streams are checked, a few at a time', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const permission = new StreamPermission({ recheckMs: 1, patienceMs: 60_000, lifetimeMs: 60_000 });
  const asked = [];
  const stops = Array.from({ length: 200 }, (_, n) =>
    permission.watch(
      () => new Promise((resolve) => asked.push({ n, resolve })),
      () => assert.fail('none of them may end'),
    ),
  );
  t.mock.timers.tick(50);
  t.mock.timers.reset();
  assert.equal(asked.length, 20);
  const seen = new Set();
  await until(() => {
    for (const { n, resolve } of asked.splice(0)) {
      seen.add(n);
      resolve(true);
    }
    return seen.size === stops.length;
  }, 'a check of each');
  for (const stop of stops) stop();
});

onBothDatabases(
  (world) => {
    const good = () => ({ tenant: newTenant(), user: 'ani', roles: ['agent'], session: 's1' });
    const ENDS = {
      'is rejected with null': () => null,
      'is rejected with an error': () => () => {
        throw new Error('gone');
      },
      'belongs to another tenant': (caller) => ({ ...caller, tenant: newTenant() }),
      'is someone else': (caller) => ({ ...caller, user: 'budi' }),
      'has signed in again': (caller) => ({ ...caller, session: 's2' }),
      'has no role any more': (caller) => ({ ...caller, roles: [] }),
      'has only unknown roles': (caller) => ({ ...caller, roles: ['intern'] }),
      'is not a valid caller': () => ({}),
    };
    for (const [what, next] of Object.entries(ENDS)) {
      it(`ends when the caller ${what}, and sends nothing afterwards`, async () => {
        const caller = good();
        const { state, events, instance } = await openStream(world, caller);
        state.caller = next(caller);
        await hasEnded(events);
        const told = events.blocks.length;
        await world.client(caller.tenant).pipeline('Late');
        assert.equal(events.blocks.length, told);
        await instance.close();
      });
    }

    it('ends when authorize never settles', async () => {
      const { state, events, instance } = await openStream(world, good(), { requestTimeoutMs: 2000 });
      state.caller = () => new Promise(() => undefined);
      await hasEnded(events);
      await instance.close();
    });

    it('stays while the caller is the same, whatever else changes', async () => {
      const caller = good();
      const { state, events, instance } = await openStream(world, caller);
      state.caller = { ...caller, roles: ['manager', 'unknown'] };
      const calls = state.calls;
      await until(() => state.calls > calls + 5, 'some checks');
      await world.client(caller.tenant).pipeline('A');
      await events.until((changes) => changes.length === 1);
      assert.equal(events.isOver, false);
      events.close();
      await instance.close();
    });

    it('is checked with the request that opened it', async () => {
      const seen = new Set();
      const caller = good();
      const { state, events, instance } = await openStream(world, (request) => {
        seen.add(`${request.method} ${new URL(request.url).pathname} ${request.headers.get('x-who')}`);
        return caller;
      });
      await until(() => state.calls > 3, 'some checks');
      assert.deepEqual([...seen], ['GET /api/changes me']);
      events.close();
      await instance.close();
    });

    it('is not checked any more after its client disconnected', async () => {
      const caller = good();
      const calls = { gone: 0, other: 0 };
      const authorize = ({ headers }) => {
        calls[headers.get('x-who')]++;
        return caller;
      };
      const instance = await world.start({ basePath: '/api', authorize, streamRecheckMs: 30 });
      const open = (name) => Events.open(`${instance.origin}/api/changes`, { 'x-who': name });
      const [gone, other] = [await open('gone'), await open('other')];
      await until(() => calls.gone > 2, 'some checks');
      gone.close();
      // The checks of the other stream tell that several intervals have passed.
      await until(async () => {
        const before = { ...calls };
        await until(() => calls.other > before.other + 5, 'checks of the other stream');
        return calls.gone === before.gone;
      }, 'the end of the checks');
      other.close();
      await instance.close();
    });

    it('ends at its time limit, and its client resumes', async () => {
      const caller = good();
      const { events, instance } = await openStream(world, caller, { streamLifetimeMs: 50, streamRecheckMs: 30_000 });
      await hasEnded(events);
      const place = events.blocks.findLast(({ id }) => id).id;
      await world.client(caller.tenant).pipeline('A', 'B');
      const next = await Events.open(`${instance.origin}/api/changes`, { 'last-event-id': place });
      await next.until((changes) => changes.length === 2);
      assert.deepEqual(
        next.changes.map(({ data }) => data.name),
        ['A', 'B'],
      );
      next.close();
      await instance.close();
    });

    it('hanging checks keep neither their streams nor the checks of others', async () => {
      const tenant = newTenant();
      let isHanging = false;
      const authorize = ({ headers }) =>
        isHanging && headers.get('x-who') !== 'good'
          ? new Promise(() => undefined)
          : { tenant, user: headers.get('x-who'), roles: ['agent'] };
      const instance = await world.start({ basePath: '/api', authorize, streamRecheckMs: 500, requestTimeoutMs: 2000 });
      const url = `${instance.origin}/api/changes`;
      const bad = await Promise.all(Array.from({ length: 50 }, (_, n) => Events.open(url, { 'x-who': `bad-${n}` })));
      isHanging = true;
      await Promise.all(bad.map(hasEnded));
      const fine = await Events.open(url, { 'x-who': 'good' });
      await new Client(world.origin, tenant).pipeline('A');
      await fine.until((changes) => changes.length === 1);
      fine.close();
      await instance.close();
    });

    it('one tenant cannot take all streams', async () => {
      const instance = await world.start({ maxStreams: 4 });
      const open = (tenant) => Events.open(`${instance.origin}/api/${tenant}/changes`);
      const [one, other] = [newTenant(), newTenant()];
      const first = [await open(one), await open(one)];
      const third = await open(one);
      assert.deepEqual([third.response.status, third.response.headers.get('retry-after')], [429, '10']);
      await third.response.body.cancel();
      const second = [await open(other), await open(other)];
      assert.deepEqual(
        second.map(({ response }) => response.status),
        [200, 200],
      );
      for (const events of [...first, ...second]) events.close();
      await instance.close();
    });
  },
  { only: 'PGlite' },
);
