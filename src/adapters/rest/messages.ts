import { type Change, parseChange } from '../../model/changes.js';
import type { SubscriptionState } from '../adapter.js';
import { MAX_RECENT } from './recent.js';

/** Version of what tabs say to each other; what has another one is ignored. */
const PROTOCOL = 1;
const MAX_TEXT = 1000;

/** What tabs that share one change stream say to each other. `epoch` names a leader, `n` counts what it has said. */
export type Message =
  /** A follower wants to know what came after `since`. */
  | { type: 'ask'; from: string; since?: string }
  | {
      type: 'answer';
      to: string;
      epoch: string;
      n: number;
      state: SubscriptionState | null;
      seq: string | null;
      changes: Change[];
    }
  | { type: 'change'; epoch: string; n: number; change: Change }
  | { type: 'state'; epoch: string; n: number; state: SubscriptionState | null };

export function writeMessage(message: Message): unknown {
  return { v: PROTOCOL, ...message };
}

/** A message rebuilt field by field. Any script of the origin can post to a channel: what is not ours is `undefined`. */
export function readMessage(data: unknown): Message | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  const { v, type, from, since, to, epoch, n, state, seq, changes, change } = data as Record<string, unknown>;
  if (v !== PROTOCOL) return undefined;
  if (type === 'ask') {
    if (!isText(from) || (since !== undefined && !isText(since))) return undefined;
    return since === undefined ? { type, from } : { type, from, since };
  }
  if (!isText(epoch) || !Number.isSafeInteger(n)) return undefined;
  const head = { epoch, n: n as number };
  try {
    if (type === 'change') return { type, ...head, change: parseChange(change) };
    if (!isState(state)) return undefined;
    if (type === 'state') return { type, ...head, state };
    if (type !== 'answer' || !isText(to) || !Array.isArray(changes) || changes.length > MAX_RECENT) return undefined;
    if (seq !== null && !isText(seq)) return undefined;
    return { type, to, ...head, state, seq, changes: changes.map(parseChange) };
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_TEXT;

const isState = (value: unknown): value is SubscriptionState | null =>
  value === 'live' || value === 'retrying' || value === 'down' || value === null;
