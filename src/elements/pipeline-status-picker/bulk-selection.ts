/** The conversations of a picker (none, one or several), and the status that they share. */
import { warnOnce } from '../../ui/pipeline-element.js';
import { type ConversationRef, parseConversationRef } from '../../model/entry.js';
import { invalid, PipelineError } from '../../model/errors.js';
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

/** A conversation of which something is not valid, so that it is left out. */
export interface RejectedRef {
  /** What is not valid: `conversationId`, or else what is left out of a conversation that is shown. */
  readonly field: string;
  readonly value: unknown;
  /** The conversation's id as the page gave it. */
  readonly conversationId: Id;
  /** Names the value. */
  readonly error: PipelineError;
}

/** The conversations of a picker, and what of them is not valid. */
export interface ParsedConversations {
  readonly refs: Conversations;
  readonly rejected: readonly RejectedRef[];
}

export const NO_CONVERSATIONS: ParsedConversations = { refs: [], rejected: [] };

/** Above this number of characters, a value is cut in messages for developers. */
const MAX_SHOWN = 80;

/** Reads the properties. What is not valid is left out, and the console says so once. */
export function parseConversations(properties: ConversationProperties): ParsedConversations {
  const { conversations, conversationId, contactId } = properties;
  if (!conversations && conversationId === null) return NO_CONVERSATIONS;
  if (conversations && !Array.isArray(conversations)) {
    warnOnce('<pipeline-status-picker>: conversations must be a list like [{ conversationId: "…" }].');
    return NO_CONVERSATIONS;
  }
  const given = conversations ?? [{ conversationId: conversationId! }];
  const refs: ConversationRef[] = [];
  const rejected: RejectedRef[] = [];
  for (const each of given) {
    let ref = given.length === 1 && contactId && each && !each.contactId ? { ...each, contactId } : each;
    // Once for each field that can be left out.
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        refs.push(parseConversationRef(ref));
        break;
      } catch (thrown) {
        const { message, field = '' } = PipelineError.from(thrown);
        const fields = Object(ref) as Record<string, unknown>;
        const value = fields[field];
        const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
        const error = invalid(field, `${message.replace(`${field}: `, '')} It is ${shown.slice(0, MAX_SHOWN)}.`);
        rejected.push({ field, value, conversationId: String(fields['conversationId']), error });
        warnOnce(`<pipeline-status-picker>: ${error.message} Use ids of 1 to 256 characters.`);
        if (field !== 'contactId' && field !== 'activityAt') break;
        ref = { ...ref, [field]: undefined };
      }
    }
  }
  return { refs, rejected };
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
  return { isLoading, error, statusId, status, isSaving, hasFeedback };
}
