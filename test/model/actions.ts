/** Generates random user actions and performs them on a store. */
import fc from 'fast-check';
import type { ConversationRef } from '../../src/model/entry.js';
import type { Status } from '../../src/model/status.js';
import type { PipelineStore } from '../../src/store/pipeline.js';
import { Mutations } from '../../src/store/mutations.js';

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
    'reload',
    'tell',
  ] as const),
] as const;

/** One user action. The numbers select its target among what the user sees at that time. */
export interface Action {
  /** Its index among all actions of the seed, stable when others are left out. Also makes generated names unique. */
  index: number;
  user: number;
  kind: (typeof KINDS)[number];
  a: number;
  b: number;
  c: number;
  /** What the user does next: the next action immediately, after a pause, or after all pending ones have settled. */
  then: 'at once' | 'soon' | 'when done';
}

export const USERS = 4;

const anyAction = fc.record({
  kind: fc.constantFrom(...KINDS),
  a: fc.nat(999),
  b: fc.nat(999),
  c: fc.nat(999),
  then: fc.constantFrom('when done', 'at once', 'soon', 'soon'),
});

/** The actions of all users of a seed, `length` each. */
export function actionsOf(seed: number, length: number): Action[] {
  const size = length * USERS;
  const [actions] = fc.sample(fc.array(anyAction, { minLength: size, maxLength: size }), { seed, numRuns: 1 });
  return actions!.map((action, index) => ({ index, user: index % USERS, ...action }));
}

export const CONVERSATIONS: readonly ConversationRef[] = Array.from({ length: 12 }, (_, n) => ({
  conversationId: `c${n}`,
  contactId: `p${n % 4}`,
}));

/** What a user remembers, for acting on outdated data. */
export interface Memory {
  /** Earlier versions of statuses, newest last. */
  readonly seen: Status[];
  readonly name: string;
}

const COLORS = ['#2775f8', '#0b6b53', '#7a3ff2', '#c2410c'];

/** Performs the action, and settles like the store does; `undefined` if there is no target. */
export function perform(
  store: PipelineStore,
  { index, kind, a, b, c }: Action,
  memory: Memory,
): Promise<unknown> | undefined {
  const { statuses } = store;
  const writes = Mutations.of(store);
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
      // An empty pipeline would leave nothing to do.
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
    case 'reload':
    case 'tell':
      return undefined;
  }
}
