import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { Tallies } from '../../src/store/tallies.js';
import { CONVERSATIONS, USERS, type Act } from './acts.js';
import type { Chaos } from './chaos.js';
import { Judge, type LogLine } from './judge.js';
import { until } from './pause.js';
import { User } from './user.js';

export interface Ground {
  /** Where the server itself is, such as `http://127.0.0.1:8001`. */
  origin: string;
  chaos: Chaos;
  /** Runs SQL on the server's database. */
  query(text: string, values: readonly unknown[]): Promise<object[]>;
}

/** Of running time, in milliseconds: how long a write may take, and, after the last fault, until everyone sees the same. */
export interface Patience {
  writeMs: number;
  calmMs: number;
}

const PATIENCE: Patience = { writeMs: 60_000, calmMs: 15_000 };

/** Of all users together. */
const ACTS_A_ROUND = 100;

const LOG = 'SELECT seq, kind, record, op_id AS "opId" FROM pipeline.changes WHERE tenant_id = $1 ORDER BY seq';

let runs = 0;

/** Four users at once, on a network that fails; resolves to how often each fault happened. Rejects when a promise is broken. */
export async function runScenario(
  ground: Ground,
  seed: number,
  acts: readonly Act[],
  { writeMs, calmMs } = PATIENCE,
): Promise<ReadonlyMap<string, number>> {
  const { chaos, origin } = ground;
  const tenant = `run-${seed}-${++runs}`;
  const baseOf = chaos.open(tenant, seed);
  const users = Array.from(
    { length: USERS },
    (_, n) =>
      new User({
        baseUrl: baseOf(n),
        name: 'ABCD'[n]!,
        seed: seed * USERS + n,
        countsAlways: n === 0,
        patienceMs: writeMs,
        isAnswering: (id) => chaos.isAnswering(tenant, id),
      }),
  );
  const read = async <T>(path: string, init?: RequestInit): Promise<T> =>
    (await fetch(`${origin}/api/${tenant}${path}`, init)).json() as Promise<T>;
  try {
    for (const round of roundsOf(acts)) {
      chaos.setCalm(tenant, false);
      await Promise.all(users.map((user, n) => user.run(round.filter((act) => act.user === n))));
      chaos.setCalm(tenant, true);
      await until(
        calmMs,
        () => chaos.isQuiet(tenant),
        () => 'requests that never arrive',
      );
      const state = await serverState(read);
      await until(
        calmMs,
        () => {
          // What began before the calm may fail in it: who is asked to try again does, whenever that is.
          for (const user of users) void user.retryIfAsked();
          return users.every((user) => isDeepStrictEqual(user.shown, state));
        },
        () => users.forEach((user, n) => assert.deepEqual(user.shown, state, `user ${n} does not see what is so`)),
      );
    }
    const log = (await ground.query(LOG, [tenant])) as LogLine[];
    const judge = new Judge(users.flatMap((user) => user.calls));
    await judge.replay(log);
    judge.checkAnswers();
    const state = await judge.state();
    assert.deepEqual(await serverState(read), state, 'the server is not where its log leads');
    await checkCounts(read, users, state.entries, calmMs);
  } finally {
    await Promise.all(users.map((user) => user.close()));
  }
  return chaos.end(tenant);
}

/** The acts between two times at which all must see the same. */
export function roundsOf(acts: readonly Act[]): Act[][] {
  const rounds: Act[][] = [];
  for (const act of acts) (rounds[Math.floor(act.index / ACTS_A_ROUND)] ??= []).push(act);
  return rounds.filter(Boolean);
}

type Read = <T>(path: string, init?: RequestInit) => Promise<T>;

async function serverState(read: Read): Promise<unknown> {
  const { items } = await read<{ items: Record<string, unknown>[] }>('/statuses');
  const ids = CONVERSATIONS.map(({ conversationId }) => conversationId);
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ids }) };
  const answer = await read<{ items: { conversationId: string; statusId: string | null }[] }>(
    '/conversations/batch-get',
    init,
  );
  const held = new Map(answer.items.map((entry) => [entry.conversationId, entry.statusId]));
  return {
    statuses: items.map(({ id, name, color }) => ({ id, name, color })),
    entries: Object.fromEntries(ids.map((id) => [id, held.get(id) ?? null])),
  };
}

/** Every conversation is counted once: none has two statuses, none a status that is not there. */
async function checkCounts(
  read: Read,
  users: readonly User[],
  entries: Record<string, string | null>,
  calmMs: number,
): Promise<void> {
  const counts = await read<{ byStatus: Record<string, number> }>('/counts?of=conversation');
  const expected: Record<string, number> = {};
  for (const statusId of Object.values(entries)) if (statusId) expected[statusId] = (expected[statusId] ?? 0) + 1;
  assert.deepEqual(counts.byStatus, expected, 'the server counts something else');
  for (const user of users) user.watchCounts();
  const shown = (user: User): unknown =>
    Object.fromEntries(
      [...(user.store.part(Tallies).of({ of: 'conversation' }).counts?.byStatus ?? [])].filter(([, n]) => n > 0),
    );
  await until(
    calmMs,
    () => users.every((user) => isDeepStrictEqual(shown(user), expected)),
    () => users.forEach((user, n) => assert.deepEqual(shown(user), expected, `user ${n} counts something else`)),
  );
}
