/** Tests the first worked example of docs/write-an-adapter.md. */
import { expect } from '@open-wc/testing';
import { runAdapterTests } from 'pipeline-elements/testing';
import { LocalStorageAdapter } from '../../demo/adapters/local-storage.js';

let names = 0;
const namesOf = new WeakMap<object, string>();

function open(name: string): LocalStorageAdapter {
  const adapter = new LocalStorageAdapter({ name });
  namesOf.set(adapter, name);
  return adapter;
}

describe('LocalStorageAdapter', () => {
  beforeEach(() => localStorage.clear());
  after(() => localStorage.clear());

  runAdapterTests({
    describe,
    it,
    create: () => open(`test-${++names}`),
    reopen: async (adapter) => {
      await adapter.close?.();
      return open(namesOf.get(adapter)!);
    },
    peer: async (adapter) => open(namesOf.get(adapter)!),
  });
});

/** An adapter in another page, with its own modules, locks and storage events. */
async function openFrame(name: string): Promise<LocalStorageAdapter> {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  const { contentWindow, contentDocument } = frame as unknown as {
    contentWindow: Window & { adapter: LocalStorageAdapter };
    contentDocument: Document;
  };
  const script = contentDocument.createElement('script');
  script.type = 'module';
  const url = new URL('../../demo/adapters/local-storage.ts', import.meta.url).href;
  script.textContent = `import { LocalStorageAdapter } from ${JSON.stringify(url)};
    window.adapter = new LocalStorageAdapter({ name: ${JSON.stringify(name)} });
    window.dispatchEvent(new Event('ready'));`;
  await new Promise((resolve) => {
    contentWindow.addEventListener('ready', resolve, { once: true });
    contentDocument.head.append(script);
  });
  return contentWindow.adapter;
}

describe('LocalStorageAdapter: another page', () => {
  const COLOR = '#2775f8';

  afterEach(() => {
    document.querySelectorAll('iframe').forEach((frame) => frame.remove());
    localStorage.clear();
  });

  it('receives what this page writes, and the reverse', async () => {
    const [here, there] = [open('pages'), await openFrame('pages')];
    const heard = (adapter: LocalStorageAdapter) =>
      new Promise((resolve) => {
        adapter.subscribe((change) => change.kind === 'entry' && resolve(change.entry.statusId), {});
      });
    await here.createStatus({ id: 'a', name: 'A', color: COLOR });
    const toThere = heard(there);
    await here.setStatus([{ conversationId: 'c1' }], 'a');
    expect(await toThere).to.equal('a');
    const toHere = heard(here);
    await there.setStatus([{ conversationId: 'c1' }], null);
    expect(await toHere).to.equal(null);
    await here.close();
  });

  it('loses nothing when both write at the same time', async () => {
    const pages = [open('pages'), await openFrame('pages'), await openFrame('pages')];
    const ids = Array.from({ length: 60 }, (_, n) => `s${n}`);
    await Promise.all(ids.map((id, n) => pages[n % 3]!.createStatus({ id, name: id, color: COLOR })));
    const { items } = await pages[0]!.listStatuses();
    expect(items.map((status) => status.id).sort()).to.deep.equal([...ids].sort());
    expect(new Set(items.map((status) => status.version)).size).to.equal(ids.length);
    await pages[0]!.close();
  });

  it('is notified when the storage is cleared', async () => {
    const here = open('pages');
    await here.createStatus({ id: 'a', name: 'A', color: COLOR });
    const heard = new Promise((resolve) => here.subscribe((change) => resolve(change.kind), {}));
    const frame = document.createElement('iframe');
    document.body.append(frame);
    frame.contentWindow!.localStorage.clear();
    expect(await heard).to.equal('reset');
    await here.close();
  });

  it('starts over after the storage was cleared, whatever another page wrote before', async () => {
    const [here, there] = [open('pages'), await openFrame('pages')];
    await there.createStatus({ id: 'a', name: 'A', color: COLOR });
    localStorage.clear();
    const status = await here.createStatus({ id: 'b', name: 'B', color: COLOR });
    expect(await there.listStatuses()).to.deep.equal({ items: [status], seq: '1' });
    await here.close();
  });

  it('a full storage is the error quota, and existing data is kept', async () => {
    const here = open('pages');
    const status = await here.createStatus({ id: 'a', name: 'A', color: COLOR });
    const original = Object.getOwnPropertyDescriptor(Storage.prototype, 'setItem')!;
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    try {
      await here.updateStatus('a', { name: 'B' }, { ifVersion: status.version });
      expect.fail('it was not rejected');
    } catch (error) {
      expect((error as { code?: string }).code).to.equal('quota');
    } finally {
      Object.defineProperty(Storage.prototype, 'setItem', original);
    }
    expect((await here.listStatuses()).items).to.deep.equal([status]);
    await here.close();
  });
});
