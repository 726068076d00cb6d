/** Where the pipeline of this inbox is kept: the one place that decides it. */
import { IndexedDBAdapter, RestAdapter, setDefaultAdapter } from 'pipeline-elements';
import type { ConversationRef } from 'pipeline-elements';
import { followSession, startSession } from './app/session.js';

/** `?adapter=rest`: the pipeline is kept on the server that came with this page, and shared by all who open it. */
const isRemote = new URLSearchParams(location.search).get('adapter') === 'rest';

/**
 * A server learns of conversations from the host's own back end, by a call outside the library. Here the page asks its
 * own server to make it, of at most 1000 at once.
 */
async function tellServer(conversations: readonly ConversationRef[]): Promise<void> {
  const response = await fetch('/session/conversations', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ conversations }),
  });
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
}

/** Sets the adapter. Resolves, when it may be used, to how to tell it which conversations exist. */
export async function connect(): Promise<(conversations: readonly ConversationRef[]) => Promise<void>> {
  if (isRemote) {
    const adapter = new RestAdapter({ baseUrl: '/api/demo' });
    setDefaultAdapter(adapter);
    await startSession();
    // The adapter notices another session with its next request, so that one is made at once.
    followSession(() => void adapter.listStatuses().catch(() => undefined));
    return tellServer;
  }
  const adapter = new IndexedDBAdapter({ database: 'pipeline-elements' });
  setDefaultAdapter(adapter);
  return (conversations) => adapter.putConversations(conversations);
}
