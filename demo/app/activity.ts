import type { ConversationRef } from 'pipeline-elements';
import { inbox } from './inbox.js';

/** The conversations as the library knows them: ids and a time, nothing of what was said. */
export function activity(ids?: readonly string[]): ConversationRef[] {
  const conversations = ids ? inbox.conversations.filter(({ id }) => ids.includes(id)) : inbox.conversations;
  return conversations.map(({ id, contact }) => ({
    conversationId: id,
    contactId: contact.id,
    activityAt: inbox.activityAt(id),
  }));
}
