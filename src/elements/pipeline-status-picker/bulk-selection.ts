/** The conversations of a picker (none, one or several), and the status that they share. */
import { type ConversationRef, parseConversationRef } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';
import type { PipelineStore } from '../../store/pipeline.js';

export type Conversations = readonly ConversationRef[];

/** The properties of the picker that name conversations. */
interface ConversationProperties {
  conversations: Conversations | null;
  conversationId: string | null;
  contactId: string | null;
}

/** Shared, as most pickers have no such conversation. */
export const NONE_REJECTED: readonly RejectedRef[] = [];

/** A conversation of the page of which something is not valid. That is left out; `pick-notices.ts` reports it. */
export interface RejectedRef {
  readonly ref: unknown;
  /** Names the field. */
  readonly error: PipelineError;
}

/**
 * Reads the properties. Of an invalid conversation nothing is left, of one with another invalid field the rest; both are
 * added to `rejected`.
 */
export function parseConversations(properties: ConversationProperties, rejected: RejectedRef[]): Conversations {
  const { conversations, conversationId, contactId } = properties;
  const parse = (ref: object): Conversations => {
    try {
      return [parseConversationRef(ref)];
    } catch (thrown) {
      const error = PipelineError.from(thrown);
      const { field } = error;
      rejected.push({ ref, error });
      return field === 'contactId' || field === 'activityAt' ? parse({ ...ref, [field]: undefined }) : [];
    }
  };
  const given = conversations ? Array.from(conversations) : conversationId === null ? [] : [{ conversationId }];
  const isContactMissing = given.length === 1 && contactId && !(given[0] as Partial<ConversationRef> | null)?.contactId;
  return given.flatMap((ref) => parse(isContactMissing ? { ...ref, contactId } : ref));
}

/** Whether `refs` came from these properties. Only answers for a single conversation, as in a list of thousands. */
export function isParsedFrom(
  refs: Conversations,
  { conversations, conversationId, contactId }: ConversationProperties,
): boolean {
  const [only] = refs;
  if (conversations || refs.length !== 1) return false;
  return only!.conversationId === conversationId && (only!.contactId ?? null) === (contactId || null);
}

/** A text that is equal for equal lists of ids: ids contain no control characters. */
export const idsOf = (refs: Conversations): string => refs.map((ref) => ref.conversationId).join('\n');

/** What the conversations of a picker have in common. */
export interface SharedStatus {
  /** The list of statuses or one of the conversations has not been read. */
  readonly isLoading: boolean;
  /** Why something could not be read. What was read before remains, even if reading it again fails. */
  readonly error: PipelineError | undefined;
  /** The status of all of them; `undefined` if they differ or have not been read. */
  readonly statusId: Id | null | undefined;
  readonly status: Status | undefined;
  readonly isSaving: boolean;
  /** Whether a pick is slow or has failed. */
  readonly hasFeedback: boolean;
}

export const LOADING: SharedStatus = {
  isLoading: true,
  error: undefined,
  statusId: undefined,
  status: undefined,
  isSaving: false,
  hasFeedback: false,
};

const FIELDS = Object.keys(LOADING) as (keyof SharedStatus)[];

export const isSameStatus = (a: SharedStatus, b: SharedStatus): boolean =>
  FIELDS.every((field) => a[field] === b[field]);

/** `value`: the status of a picker without conversations. */
export function sharedStatusOf(
  store: PipelineStore | undefined,
  refs: Conversations,
  value: Id | null = null,
): SharedStatus {
  let isLoading = store?.phase !== 'ready';
  let error = store?.phase === 'error' ? store.error : undefined;
  let isSaving = false;
  let hasFeedback = false;
  let statusId: Id | null | undefined = refs.length ? undefined : value;
  for (let i = 0; i < refs.length; i++) {
    const { conversationId } = refs[i]!;
    const entry = store?.entry(conversationId);
    if (!entry) {
      isLoading = true;
      error ??= store?.entryError(conversationId);
    } else if (entry.pending) isSaving = true;
    hasFeedback ||= store?.feedback(conversationId) !== undefined;
    if (i === 0) statusId = entry?.statusId;
    else if (statusId !== entry?.statusId) statusId = undefined;
  }
  const status = isLoading ? undefined : store?.status(statusId ?? null);
  // Not "No status": it has one.
  if (refs.length && statusId != null && !status && !isLoading) {
    isLoading = true;
    // A pick that an earlier page made can be of a status that is deleted by now: the server refuses it.
    if (!isSaving) error = store?.statusError(statusId);
  }
  return { isLoading, error, statusId, status, isSaving, hasFeedback };
}
