/** A worker or service worker of the tests that uses an adapter: there is no document, and no window. */
import type { Change } from '../../model/changes.js';
import { IndexedDBAdapter } from './adapter.js';
import { until } from './test-helpers.js';

/** What the worker answers to the name of a database. */
export interface WorkerAnswer {
  error?: string;
  /** The types of the changes that the worker received. */
  received: string[];
  hasDocument: boolean;
  persistence: string;
}

async function use(database: string): Promise<WorkerAnswer> {
  const adapter = new IndexedDBAdapter({ database });
  const received: Change[] = [];
  const hasDocument = 'document' in globalThis;
  try {
    adapter.subscribe((change) => received.push(change), { since: '0' });
    await adapter.createStatus({ id: 'worker', name: 'Of the worker', color: '#112233' });
    await adapter.setStatus([{ conversationId: 'c1', contactId: 'p1' }], 'worker');
    // A change of a page arrives here too.
    await until(() => received.some(({ opId }) => opId === 'page'), 'the change of the page');
    return { received: received.map(({ kind }) => kind), hasDocument, persistence: adapter.persistence };
  } catch (thrown) {
    return { error: String(thrown), received: [], hasDocument, persistence: adapter.persistence };
  } finally {
    await adapter.close();
  }
}

// A page imports the type only, and never runs this.
if (!('document' in globalThis)) {
  globalThis.addEventListener('message', ({ data, ports }: MessageEvent<string>) => {
    void use(data).then((answer) => ports[0]!.postMessage(answer));
  });
}
