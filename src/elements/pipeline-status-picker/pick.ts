import type { ConversationRef, SetResult } from '../../model/entry.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/store.js';

/** A pick that can be taken back: what each conversation had before. */
export interface Pick {
  to: Id | null;
  before: ReadonlyMap<Id, { ref: ConversationRef; statusId: Id | null }>;
}

/** Writes a status to conversations; `failed` are those the adapter refused (not those a later pick took over). */
export async function writePick(
  store: PipelineStore,
  conversations: readonly ConversationRef[],
  to: Id | null,
): Promise<{ results: readonly SetResult[]; failed: readonly (SetResult & { ok: false })[]; superseded: boolean }> {
  const results = await store.setStatus(conversations, to);
  const refused = results.filter((result): result is SetResult & { ok: false } => !result.ok);
  const failed = refused.filter(({ error }) => error.code !== 'aborted');
  return { results, failed, superseded: refused.length > failed.length && refused.length === results.length };
}

/** What to remember to take a pick back; only conversations whose status is known. */
export function rememberPick(store: PipelineStore, conversations: readonly ConversationRef[], to: Id | null): Pick {
  const known = conversations.flatMap((ref) => {
    const entry = store.entry(ref.conversationId);
    return entry && entry.statusId !== to ? [[ref.conversationId, { ref, statusId: entry.statusId }] as const] : [];
  });
  return { to, before: new Map(known) };
}

/** Whether a pick still stands, so that taking it back overwrites nobody else's. */
export function stillStands(store: PipelineStore, pick: Pick): boolean {
  return [...pick.before.keys()].every((id) => store.entry(id)?.statusId === pick.to);
}

/** The conversations of a pick, grouped by the status they go back to. */
export function groupsToRestore(pick: Pick): Map<Id | null, ConversationRef[]> {
  const groups = new Map<Id | null, ConversationRef[]>();
  for (const { ref, statusId } of pick.before.values()) groups.set(statusId, [...(groups.get(statusId) ?? []), ref]);
  return groups;
}
