/** The conversations that a picker is for, none, one or several, and what they show taken together. */
import { warnOnce } from '../../ui/pipeline-element.js';
import { type ConversationRef, parseConversationRef } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';
import type { PipelineStore } from '../../store/pipeline.js';

export type Conversations = readonly ConversationRef[];

interface Given {
  conversations: Conversations | null;
  conversationId: string | null;
  contactId: string | null;
}

/** What the host gave, checked; none, and a word to the developer, where an id is one that no adapter takes. */
export function readConversations(given: Given): Conversations {
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

/** Whether these are what the host gave: with one conversation, as in a list of thousands, that is soon told. */
export function isReadOf(refs: Conversations, { conversations, conversationId, contactId }: Given): boolean {
  const [only] = refs;
  if (conversations || refs.length !== 1) return false;
  return only!.conversationId === conversationId && (only!.contactId ?? null) === (contactId || null);
}

/** Ids hold no control characters, so this tells any two lists apart. */
export const idsOf = (refs: Conversations): string => refs.map((ref) => ref.conversationId).join('\n');

/** What the conversations of a picker show, taken together. */
export interface View {
  /** The list of statuses or one of the conversations has not been read. */
  readonly isLoading: boolean;
  /** Why there is nothing to show, if so: what was read before stays, even when reading it again fails. */
  readonly error: PipelineError | undefined;
  /** The status that all of them have; `undefined` where they differ or are not read yet. */
  readonly statusId: Id | null | undefined;
  readonly status: Status | undefined;
  readonly isSaving: boolean;
}

/** Before anything was looked at. */
export const NOTHING_YET: View = {
  isLoading: true,
  error: undefined,
  statusId: undefined,
  status: undefined,
  isSaving: false,
};

const FIELDS = Object.keys(NOTHING_YET) as (keyof View)[];

export const isSameView = (a: View, b: View): boolean => FIELDS.every((field) => a[field] === b[field]);

/** `own`: the status that a picker without conversations has. */
export function viewOf(store: PipelineStore | undefined, refs: Conversations, own: Id | null = null): View {
  let isLoading = store?.phase !== 'ready';
  let error = store?.phase === 'error' ? store.error : undefined;
  let isSaving = false;
  let statusId: Id | null | undefined = refs.length ? undefined : own;
  for (let i = 0; i < refs.length; i++) {
    const { conversationId } = refs[i]!;
    const entry = store?.entry(conversationId);
    if (!entry) {
      isLoading = true;
      error ??= store?.entryError(conversationId);
    } else if (entry.pending) isSaving = true;
    if (i === 0) statusId = entry?.statusId;
    else if (statusId !== entry?.statusId) statusId = undefined;
  }
  const status = isLoading ? undefined : store?.status(statusId ?? null);
  return { isLoading, error, statusId, status, isSaving };
}
