/** What pickers show of picks that are not confirmed: that one is still being saved, and that one was refused. */
import type { CallWait } from '../adapters/adapter.js';
import type { Entry } from '../model/entry.js';
import type { PipelineError } from '../model/errors.js';
import type { Id } from '../model/id.js';
import type { Mutation } from './optimistic.js';

/** A pick that is not confirmed after this time, in milliseconds, is shown as being saved. */
export const SLOW_PICK = 1000;

/** A shorter pause before the next attempt, in milliseconds, is shown as saving. */
const LONG_PAUSE = 5000;

/** Above this number of failures the oldest are forgotten. */
const MAX_FAILURES = 10_000;

/** What a slow pick waits for; `saving`: the answer. */
export type PickWait = { reason: 'saving' } | CallWait;

/** A pick that was refused, or that failed. It is shown until it is dismissed or the conversation has another status. */
export interface FailedPick {
  readonly conversationId: Id;
  readonly to: Id | null;
  readonly error: PipelineError;
}

/** What a picker shows about the picks of a conversation. */
export interface PickFeedback {
  readonly wait?: PickWait | undefined;
  readonly failure?: FailedPick | undefined;
}

const SAVING: PickWait = { reason: 'saving' };

/** What the pending picks of a conversation wait for; `undefined` without one, or while it is recent. */
export function waitOf(conversationId: Id, mutations: Iterable<Mutation>): PickWait | undefined {
  let wait: PickWait | undefined;
  let isSlow = false;
  for (const mutation of mutations) {
    if (mutation.intent.kind !== 'set' || !mutation.conversations.has(conversationId)) continue;
    isSlow ||= mutation.isSlow;
    // The first one: the others wait for it.
    wait ??= mutation.wait;
  }
  return isSlow ? (wait ?? SAVING) : undefined;
}

/** What is shown of the wait that an adapter reports: a short pause is no news. */
export const shownWait = (wait: CallWait | undefined): CallWait | undefined =>
  wait?.reason === 'retry' && wait.at - Date.now() < LONG_PAUSE ? undefined : wait;

interface StoredFailure extends FailedPick {
  /** The conversation as it was confirmed when the pick failed; `undefined` if it had not been read. */
  before: Entry | undefined;
}

/** The failed picks of a store, by conversation: the last one of each. */
export class FailedPicks {
  readonly #byId = new Map<Id, StoredFailure>();
  readonly #confirmed: (conversationId: Id) => Entry | undefined;

  constructor(confirmed: (conversationId: Id) => Entry | undefined) {
    this.#confirmed = confirmed;
  }

  add(failure: FailedPick): void {
    const { conversationId } = failure;
    this.#byId.delete(conversationId);
    this.#byId.set(conversationId, { ...failure, before: this.#confirmed(conversationId) });
    if (this.#byId.size > MAX_FAILURES) this.#byId.delete(this.#byId.keys().next().value!);
  }

  /** Forgets a failure: it was dismissed, or another pick follows. Returns whether there was one. */
  delete(conversationId: Id): boolean {
    return this.#byId.delete(conversationId);
  }

  clear(): void {
    this.#byId.clear();
  }

  get(conversationId: Id): FailedPick | undefined {
    const failure = this.#byId.get(conversationId);
    if (!failure) return undefined;
    const now = this.#confirmed(conversationId);
    failure.before ??= now;
    if (!now || !hasChanged(failure.before!, now, failure.to)) return failure;
    this.#byId.delete(conversationId);
    return undefined;
  }
}

/** Whether a conversation has got another status since; a write that timed out may have succeeded after all. */
const hasChanged = (before: Entry, now: Entry, to: Id | null): boolean =>
  now.statusId !== before.statusId || (now.version > before.version && now.statusId === to);
