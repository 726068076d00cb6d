/** Runs one seed of the model test: users, an unreliable network and the final checks. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '../../src/model/entry.js';
import { CountCache } from '../../src/store/queries.js';
import { CONVERSATIONS, USERS, type Action } from './actions.js';
import type { FaultyNetwork } from './faulty-network.js';
import { LogVerifier, type LogLine } from './log-verifier.js';
import { until } from './process-time.js';
import { User } from './user.js';

export interface TestServer {
  /** The server's origin, such as `http://127.0.0.1:8001`. */
  origin: string;
  network: FaultyNetwork;
  /** Runs SQL on the server's database. */
  query(text: string, values: readonly unknown[]): Promise<object[]>;
}

/** Limits in milliseconds of process time: for one write, and for convergence after the last fault. */
export interface Limits {
  writeMs: number;
  convergenceMs: number;
}

const LIMITS: Limits = { writeMs: 60_000, convergenceMs: 15_000 };

/** For all users together. */
const ACTIONS_PER_ROUND = 100;

const LOG = 'SELECT seq, kind, record, op_id AS "opId" FROM pipeline.changes WHERE tenant_id = $1 ORDER BY seq';

let runs = 0;

/**
 * Runs four users on an unreliable network. Resolves to how often each fault happened; rejects if a guarantee is
 * broken.
 */
export async function runScenario(
  testServer: TestServer,
  seed: number,
  actions: readonly Action[],
  { writeMs, convergenceMs } = LIMITS,
): Promise<ReadonlyMap<string, number>> {
  const { network, origin } = testServer;
  const tenant = `run-${seed}-${++runs}`;
  const baseOf = network.open(tenant, seed);
  const users = Array.from(
    { length: USERS },
    (_, n) =>
      new User({
        baseUrl: baseOf(n),
        apiUrl: `${origin}/api/${tenant}`,
        name: 'ABCD'[n]!,
        seed: seed * USERS + n,
        watchesCounts: n === 0,
        limitMs: writeMs,
        isAnswering: (id) => network.isAnswering(tenant, id),
      }),
  );
  const read = async <T>(path: string, init?: RequestInit): Promise<T> =>
    (await fetch(`${origin}/api/${tenant}${path}`, init)).json() as Promise<T>;
  try {
    for (const round of roundsOf(actions)) {
      network.setReliable(tenant, false);
      await Promise.all(users.map((user, n) => user.run(round.filter((action) => action.user === n))));
      network.setReliable(tenant, true);
      await until(
        convergenceMs,
        () => network.isQuiet(tenant),
        () => 'requests that never arrive',
      );
      const state = await serverState(read);
      await until(
        convergenceMs,
        () => {
          // Operations that started while there were faults may fail, so each "Retry" offered to a user is used.
          for (const user of users) void user.retryIfAsked();
          return users.every((user) => isDeepStrictEqual(user.shown, state));
        },
        () =>
          users.forEach((user, n) => assert.deepEqual(user.shown, state, `user ${n} does not see the server's state`)),
      );
    }
    const log = (await testServer.query(LOG, [tenant])) as LogLine[];
    const verifier = new LogVerifier(users.flatMap((user) => user.calls));
    await verifier.replay(log);
    verifier.checkAnswers();
    const state = await verifier.state();
    assert.deepEqual(await serverState(read), state, "the server's state differs from its log");
    await checkCounts(read, users, state.entries, convergenceMs);
  } finally {
    await Promise.all(users.map((user) => user.close()));
  }
  return network.end(tenant);
}

/** The actions between two points in time at which all users must see the same. */
export function roundsOf(actions: readonly Action[]): Action[][] {
  const rounds: Action[][] = [];
  for (const action of actions) (rounds[Math.floor(action.index / ACTIONS_PER_ROUND)] ??= []).push(action);
  return rounds.filter(Boolean);
}

type Read = <T>(path: string, init?: RequestInit) => Promise<T>;

async function serverState(read: Read): Promise<unknown> {
  const { items } = await read<{ items: Record<string, unknown>[] }>('/statuses');
  const ids = CONVERSATIONS.map(({ conversationId }) => conversationId);
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ids }) };
  const answer = await read<{ items: Entry[] }>('/conversations/batch-get', init);
  const entries = new Map(answer.items.map((entry) => [entry.conversationId, entry]));
  return {
    statuses: items.map(({ id, name, color }) => ({ id, name, color })),
    entries: Object.fromEntries(ids.map((id) => [id, entries.get(id)?.statusId ?? null])),
    contacts: Object.fromEntries(ids.map((id) => [id, entries.get(id)?.contactId ?? null])),
  };
}

/** Every conversation is counted once: none has two statuses, and none has a status that does not exist. */
async function checkCounts(
  read: Read,
  users: readonly User[],
  entries: Record<string, string | null>,
  convergenceMs: number,
): Promise<void> {
  const counts = await read<{ byStatus: Record<string, number> }>('/counts?of=conversation');
  const expected: Record<string, number> = {};
  for (const statusId of Object.values(entries)) if (statusId) expected[statusId] = (expected[statusId] ?? 0) + 1;
  assert.deepEqual(counts.byStatus, expected, "the server's counts are wrong");
  for (const user of users) user.watchCounts();
  const shown = (user: User): unknown =>
    Object.fromEntries(
      [...(user.store.cache(CountCache).of({ of: 'conversation' }).counts?.byStatus ?? [])].filter(([, n]) => n > 0),
    );
  await until(
    convergenceMs,
    () => users.every((user) => isDeepStrictEqual(shown(user), expected)),
    () => users.forEach((user, n) => assert.deepEqual(shown(user), expected, `user ${n} sees wrong counts`)),
  );
}
