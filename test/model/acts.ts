import fc from 'fast-check';
import type { ConversationRef } from '../../src/model/entry.js';
import type { Status } from '../../src/model/status.js';
import type { PipelineStore } from '../../src/store/store.js';
import { Writes } from '../../src/store/writes.js';

const KINDS = [
  ...Array<'pick'>(14).fill('pick'),
  ...Array<'bulk'>(3).fill('bulk'),
  ...Array<'clear'>(2).fill('clear'),
  ...Array<'create'>(3).fill('create'),
  ...Array<'rename'>(3).fill('rename'),
  ...Array<'recolor'>(2).fill('recolor'),
  ...Array<'move'>(4).fill('move'),
  ...Array<'delete'>(2).fill('delete'),
  ...Array<'restore'>(2).fill('restore'),
  ...([
    'delete in use',
    'pick deleted',
    'pick if unchanged',
    'rename from old',
    'take a name',
    'bad name',
    'move after nothing',
    'away',
  ] as const),
] as const;

/** One thing that a user does. The numbers choose, among what the user sees at that time, what it is done to. */
export interface Act {
  /** Its place among all acts of its seed. It stays when others are left out, and makes its names its own. */
  index: number;
  user: number;
  kind: (typeof KINDS)[number];
  a: number;
  b: number;
  c: number;
  /** What the user does then: the next thing at once, after a moment, or after all of this is done. */
  then: 'at once' | 'soon' | 'when done';
}

export const USERS = 4;

const anyAct = fc.record({
  kind: fc.constantFrom(...KINDS),
  a: fc.nat(999),
  b: fc.nat(999),
  c: fc.nat(999),
  then: fc.constantFrom('when done', 'at once', 'soon', 'soon'),
});

/** What the users of a seed do, `length` acts each. */
export function actsOf(seed: number, length: number): Act[] {
  const size = length * USERS;
  const [acts] = fc.sample(fc.array(anyAct, { minLength: size, maxLength: size }), { seed, numRuns: 1 });
  return acts!.map((act, index) => ({ index, user: index % USERS, ...act }));
}

export const CONVERSATIONS: readonly ConversationRef[] = Array.from({ length: 12 }, (_, n) => ({
  conversationId: `c${n}`,
  contactId: `p${n % 4}`,
}));

/** What a user remembers, to act on what is no longer so. */
export interface Memory {
  /** Statuses as they once were; the newest last. */
  readonly seen: Status[];
  readonly name: string;
}

const COLORS = ['#2775f8', '#0b6b53', '#7a3ff2', '#c2410c'];

/** Does it, and resolves or rejects as the store does; `undefined`: there is nothing to do it to. */
export function perform(
  store: PipelineStore,
  { index, kind, a, b, c }: Act,
  memory: Memory,
): Promise<unknown> | undefined {
  const { statuses } = store;
  const writes = Writes.of(store);
  const one = <T>(list: readonly T[], n: number): T | undefined => list[n % list.length];
  const status = one(statuses, a);
  const conversation = CONVERSATIONS[b % CONVERSATIONS.length]!;
  const gone = [...new Set(memory.seen.map(({ id }) => id))].filter((id) => !statuses.some((each) => each.id === id));
  if (status) memory.seen.push(status);
  const newName = `${memory.name}${index}`;
  switch (kind) {
    case 'pick':
      return writes.setStatus([conversation], one([...statuses.map(({ id }) => id), null], a) ?? null);
    case 'bulk':
      return writes.setStatus(
        CONVERSATIONS.filter((_, n) => ((a * 37 + b) >> (n % 10)) & 1),
        one(statuses, c)?.id ?? null,
      );
    case 'clear':
      return writes.setStatus([conversation], null);
    case 'create': {
      const after = c % 3 ? {} : { after: status?.id ?? null };
      return writes.createStatus({ id: `s-${newName}`, name: newName, color: COLORS[b % 4]!, ...after });
    }
    case 'rename':
      return status && writes.updateStatus(status, { name: newName });
    case 'recolor':
      return status && writes.updateStatus(status, { color: COLORS[b % 4]! });
    case 'move':
      return status && writes.moveStatus(status.id, one([null, ...statuses], b)?.id ?? null);
    case 'delete': {
      const heirs = statuses.filter((each) => each !== status).map(({ id }) => id);
      // A pipeline without statuses would leave nothing to do.
      return status && statuses.length > 2 ? writes.deleteStatus(status, one([null, ...heirs], b)) : undefined;
    }
    case 'restore':
      return gone.length ? writes.restoreStatus(one(gone, a)!) : undefined;
    case 'delete in use':
      return status && statuses.length > 2 ? writes.deleteStatus(status) : undefined;
    case 'pick deleted':
      return gone.length ? writes.setStatus([conversation], one(gone, a)!) : undefined;
    case 'pick if unchanged':
      return writes.setStatus([conversation], status?.id ?? null, { ifVersion: c });
    case 'rename from old': {
      const old = one(memory.seen, b);
      return old && writes.updateStatus(old, { name: newName });
    }
    case 'take a name':
      return status && writes.createStatus({ id: `s-${newName}`, name: status.name.toUpperCase(), color: COLORS[0]! });
    case 'bad name':
      return writes.createStatus({ id: `s-${newName}`, name: ' \u202e ', color: COLORS[0]! });
    case 'move after nothing':
      return status && writes.moveStatus(status.id, 'nowhere');
    case 'away':
      return undefined;
  }
}
