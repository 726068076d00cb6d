/** Converts conversations to the form that the library expects. */
import type { ConversationRef } from 'pipeline-elements';
import { inbox } from './inbox.js';

/** Only ids and the time of the last activity; no content. */
export function activity(ids?: readonly string[]): ConversationRef[] {
  const conversations = ids ? inbox.conversations.filter(({ id }) => ids.includes(id)) : inbox.conversations;
  return conversations.map(({ id, contact }) => ({
    conversationId: id,
    contactId: contact.id,
    activityAt: inbox.activityAt(id),
  }));
}
