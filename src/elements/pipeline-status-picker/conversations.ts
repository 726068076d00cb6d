/** The conversations that a picker is for, none, one or several, and what they show taken together. */
import { warnOnce } from '../../internal/pipeline-element.js';
import type { ConversationRef } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import { parseConversationRef } from '../../model/parse.js';
import type { EntryView, PipelineStore } from '../../store/store.js';

export type Conversations = readonly ConversationRef[];

/** What the host gave, checked; none, and a word to the developer, where an id is one that no adapter takes. */
export function readConversations(given: {
  conversations: Conversations | null;
  conversationId: string | null;
  contactId: string | null;
}): Conversations {
  const { conversations, conversationId, contactId } = given;
  try {
    const refs = (conversations ?? (conversationId === null ? [] : [{ conversationId }])).map(parseConversationRef);
    const [only] = refs;
    return only && refs.length === 1 && contactId && !only.contactId ? [{ ...only, contactId }] : refs;
  } catch (thrown) {
    const { message } = PipelineError.from(thrown);
    warnOnce(`<pipeline-status-picker>: ${message} Give it ids of 1 to 256 characters.`);
    return [];
  }
}

const entries = (store: PipelineStore | undefined, refs: Conversations): (EntryView | undefined)[] =>
  refs.map((ref) => store?.entry(ref.conversationId));

/** The status that all of them have; `undefined` where they differ or are not read yet. */
export function sharedStatus(store: PipelineStore | undefined, refs: Conversations): Id | null | undefined {
  const held = entries(store, refs).map((entry) => entry?.statusId);
  const [first = null] = held;
  return held.every((id) => id === first) ? first : undefined;
}

export const isSaving = (store: PipelineStore | undefined, refs: Conversations): boolean =>
  entries(store, refs).some((entry) => entry?.pending);

/** Whether the list of statuses or one of the conversations has not been read. */
export const isUnread = (store: PipelineStore | undefined, refs: Conversations): boolean =>
  store?.phase !== 'ready' || entries(store, refs).includes(undefined);

/** Why there is nothing to show, if so: what was read before stays, even when reading it again fails. */
export function readError(store: PipelineStore | undefined, refs: Conversations): PipelineError | undefined {
  if (store?.phase === 'error') return store.error;
  return refs.map(({ conversationId: id }) => (store?.entry(id) ? undefined : store?.entryError(id))).find(Boolean);
}
