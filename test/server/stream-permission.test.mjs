// A change stream never outlives its permission, nor its time.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Events } from './events.mjs';
import { Client, loadLibrary, newTenant, onBothDatabases, until } from './support.mjs';

const { StreamPermission } = await loadLibrary();

/** An instance whose callers are what `world.caller` is now; and a stream of it that has begun. */
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

it('many streams are checked a few at a time, and all of them', async () => {
  const permission = new StreamPermission({ recheckMs: 1, patienceMs: 60_000, lifetimeMs: 60_000 });
  const asked = [];
  const stops = Array.from({ length: 200 }, (_, n) =>
    permission.watch(
      () => new Promise((resolve) => asked.push({ n, resolve })),
      () => assert.fail('none of them ends'),
    ),
  );
  // A timer of Node never overtakes one that is due before it: all of the checks are due by then.
  await new Promise((resolve) => setTimeout(resolve, 50));
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
      'is refused with null': () => null,
      'is refused by an error': () => () => {
        throw new Error('gone');
      },
      'is refused as the tenant is another': (caller) => ({ ...caller, tenant: newTenant() }),
      'is someone else': (caller) => ({ ...caller, user: 'budi' }),
      'has signed in again': (caller) => ({ ...caller, session: 's2' }),
      'has no role any more': (caller) => ({ ...caller, roles: [] }),
      'has only unknown roles': (caller) => ({ ...caller, roles: ['intern'] }),
      'is nothing that can be read': () => ({}),
    };
    for (const [what, next] of Object.entries(ENDS)) {
      it(`ends when the caller ${what}, and tells nothing after it`, async () => {
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

    it('ends when the host never says whether', async () => {
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

    it('the check asks with the request that opened it', async () => {
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

    it('is not checked any more when its client is gone', async () => {
      const { state, events, instance } = await openStream(world, good());
      await until(() => state.calls > 2, 'some checks');
      events.close();
      let calls = -1;
      // Twice the same number, some checks apart.
      await until(async () => {
        const before = calls;
        calls = state.calls;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return before === calls;
      }, 'the end of the checks');
      await instance.close();
    });

    it('ends after its time, and its client goes on where it was', async () => {
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

    it('checks that hang keep neither their streams nor the checks of others', async () => {
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

    it('one tenant has not all the streams', async () => {
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
