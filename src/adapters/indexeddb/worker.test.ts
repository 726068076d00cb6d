/** Tests the adapter in a worker and in a service worker, with a page on the same database. */
import { expect } from '@open-wc/testing';
import { cleanUp, freshName, listen, openAdapter, until } from './test-helpers.js';
import type { WorkerAnswer } from './test-worker.js';

const SCRIPT = new URL('./test-worker.ts', import.meta.url);

type Post = (message: string, transfer: Transferable[]) => void;

/** Lets the worker write, and writes here: both receive what the other one wrote. */
async function share(post: Post): Promise<void> {
  const database = freshName();
  const page = openAdapter(database);
  const { received } = await listen(page);
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise<WorkerAnswer>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => resolve(data);
  });
  post(database, [port2]);
  // An error of the worker is shown as such, and not as a missing change.
  await Promise.race([until(() => received.length >= 2, 'the changes of the worker'), answered]);
  await page.setStatus([{ conversationId: 'c1' }], null, { opId: 'page' });
  expect(await answered).to.deep.equal({
    received: ['status', 'entry', 'entry'],
    hasDocument: false,
    persistence: 'durable',
  });
  expect(received.map(({ kind }) => kind)).to.deep.equal(['status', 'entry', 'entry']);
  expect((await page.history('c1')).map(({ to }) => to)).to.deep.equal(['worker', null]);
}

describe('IndexedDBAdapter: without a document', () => {
  afterEach(cleanUp);

  it('a worker can write and receives changes', async () => {
    const worker = new Worker(SCRIPT, { type: 'module' });
    try {
      await share((message, transfer) => worker.postMessage(message, transfer));
    } finally {
      worker.terminate();
    }
  });

  it('a service worker can write and receives changes', async () => {
    const registration = await navigator.serviceWorker.register(SCRIPT, { type: 'module' });
    try {
      const worker = (registration.installing ?? registration.waiting ?? registration.active)!;
      await until(() => worker.state === 'activated', 'the service worker');
      await share((message, transfer) => worker.postMessage(message, transfer));
    } finally {
      await registration.unregister();
    }
  });
});
