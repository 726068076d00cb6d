/** Selects and sets the pipeline adapter of the demo inbox. */
import { IndexedDBAdapter, RestAdapter, setDefaultAdapter } from 'pipeline-elements';
import type { ConversationRef } from 'pipeline-elements';
import { followSession, startSession } from './app/session.js';

/** `?adapter=rest`: the pipeline is stored on the server of this page and shared by everyone who opens it. */
const isRemote = new URLSearchParams(location.search).get('adapter') === 'rest';

/**
 * Registers conversations with the server, at most 1000 at once. In production, the host's own back end does this; here
 * the page asks its own server to do it.
 */
async function tellServer(conversations: readonly ConversationRef[]): Promise<void> {
  const response = await fetch('/session/conversations', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ conversations }),
  });
  if (!response.ok) throw new Error(`The server responded with ${response.status}`);
}

/** Sets the adapter. Once it is ready, resolves to a function that registers conversations. */
export async function connect(): Promise<(conversations: readonly ConversationRef[]) => Promise<void>> {
  if (isRemote) {
    const adapter = new RestAdapter({ baseUrl: '/api/demo' });
    setDefaultAdapter(adapter);
    await startSession();
    // The adapter detects a new session with its next request, so one is made immediately.
    followSession(() => void adapter.listStatuses().catch(() => undefined));
    return tellServer;
  }
  const adapter = new IndexedDBAdapter({ database: 'pipeline-elements' });
  setDefaultAdapter(adapter);
  return (conversations) => adapter.putConversations(conversations);
}
