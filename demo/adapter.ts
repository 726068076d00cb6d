import { IndexedDBAdapter, RestAdapter, setDefaultAdapter } from 'pipeline-elements';
import type { ConversationRef } from 'pipeline-elements';

/** `?adapter=rest`: the pipeline is kept on the server that came with this page, and shared by all who open it. */
const isRemote = new URLSearchParams(location.search).get('adapter') === 'rest';
const BASE_URL = '/api/demo';

/** A server learns of conversations from the host's own back end, by a call outside the library; here the page makes it. */
async function tellServer(conversations: readonly ConversationRef[]): Promise<void> {
  const response = await fetch(`${BASE_URL}/conversations`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
    body: JSON.stringify({ conversations }),
  });
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
}

/** The one place that decides where the pipeline is kept. Returns how to tell it which conversations exist. */
function connect(): (conversations: readonly ConversationRef[]) => Promise<void> {
  if (isRemote) {
    setDefaultAdapter(new RestAdapter({ baseUrl: BASE_URL }));
    return tellServer;
  }
  const adapter = new IndexedDBAdapter({ database: 'pipeline-elements' });
  setDefaultAdapter(adapter);
  return (conversations) => adapter.putConversations(conversations);
}

export const tellConversations = connect();
