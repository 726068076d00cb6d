/** Picks of earlier pages, which the adapter has kept because they could not be sent, as pending mutations. */
import type { SettledWrite, WaitingWrite } from '../adapters/adapter.js';
import { parseConversationRef, parseEntry, type SetResult } from '../model/entry.js';
import { PipelineError } from '../model/errors.js';
import type { Id } from '../model/id.js';
import type { Mutation } from './optimistic.js';
import type { Watcher } from './watchers.js';

/** The pending mutations of this page, and before them those of earlier pages that the adapter still keeps. */
export function withRestored(pending: readonly Mutation[], waiting: readonly WaitingWrite[]): readonly Mutation[] {
  const own = pending.filter((mutation) => !mutation.isRestored);
  const opIds = new Set(own.map(({ opId }) => opId));
  const restored = waiting.filter(({ opId }) => !opIds.has(opId)).flatMap((write) => restore(write) ?? []);
  return [...restored, ...own];
}

/** `undefined` if an adapter of the page keeps something that is no pick. */
function restore({ opId, conversations, statusId, wait }: WaitingWrite): Mutation | undefined {
  try {
    const refs = conversations.map(parseConversationRef);
    return {
      opId,
      intent: { kind: 'set', conversations: refs, statusId },
      session: undefined,
      isSent: true,
      isRestored: true,
      // It was made long ago.
      isSlow: true,
      wait,
      conversations: new Map(refs.map((ref) => [ref.conversationId, ref])),
      superseded: [],
      resolve: () => undefined,
      reject: () => undefined,
    };
  } catch {
    return undefined;
  }
}

/** How many conversations the picks that an adapter keeps are about. */
export const countWaiting = (waiting: readonly WaitingWrite[]): number =>
  new Set(waiting.flatMap(({ conversations }) => conversations.map((ref) => ref.conversationId))).size;

/** Which of a pick's conversations were not changed, by reason. A pick that a later one supersedes has not failed. */
export function parseSettled({ results }: SettledWrite): { results: SetResult[]; failures: SettledFailure[] } {
  const parsed = results.map((each): SetResult => (each.ok ? { ...each, entry: parseEntry(each.entry) } : each));
  const failures = new Map<string, SettledFailure>();
  for (const each of parsed) {
    if (each.ok || each.error.code === 'aborted') continue;
    const error = PipelineError.from(each.error);
    const failure = failures.get(error.code) ?? { error, conversationIds: [] };
    failure.conversationIds.push(each.conversationId);
    failures.set(error.code, failure);
  }
  return { results: parsed, failures: [...failures.values()] };
}

/** Failures of picks of earlier pages, reported by an element that shows the conversation, now or later. */
export class RestoredFailures {
  readonly #errors = new Map<Id, PipelineError>();
  readonly #watchersOf: (conversationId: Id) => readonly Watcher[];

  constructor(watchersOf: (conversationId: Id) => readonly Watcher[]) {
    this.#watchersOf = watchersOf;
  }

  add({ error, conversationIds }: SettledFailure): void {
    for (const id of conversationIds) this.#errors.set(id, error);
    this.report();
  }

  clear(): void {
    this.#errors.clear();
  }

  /** Reports what can be reported: one event of one element for each reason. */
  report(): void {
    const reports = new Map<PipelineError, Map<Watcher, Id[]>>();
    for (const [id, error] of this.#errors) {
      const watcher = this.#watchersOf(id).find(({ report }) => report);
      if (!watcher) continue;
      this.#errors.delete(id);
      const byWatcher = reports.get(error) ?? new Map<Watcher, Id[]>();
      reports.set(error, byWatcher.set(watcher, [...(byWatcher.get(watcher) ?? []), id]));
    }
    for (const [error, byWatcher] of reports) {
      for (const [watcher, ids] of byWatcher) watcher.report!(error, 'set-status', ids);
    }
  }
}

interface SettledFailure {
  readonly error: PipelineError;
  readonly conversationIds: Id[];
}
