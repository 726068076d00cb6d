/** Tests of where the elements get their data. */
import { expect, fixture, html } from '@open-wc/testing';
import { byRole, until } from '../../../test/support.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import { setDefaultAdapter } from '../../store/context.js';
import '../pipeline-status-picker/define.js';
import type { PipelineStatusPicker } from '../pipeline-status-picker/pipeline-status-picker.js';

/** An adapter in which conversation `c` has the status `name`. */
async function tenant(name: string): Promise<MemoryAdapter> {
  const adapter = new MemoryAdapter();
  await adapter.createStatus({ id: name, name, color: '#2775f8' });
  await adapter.setStatus([{ conversationId: 'c' }], name);
  return adapter;
}

/** Records the databases that are opened from now on. */
function watchOpening(): { names: string[]; stop: () => void } {
  const names: string[] = [];
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (name, version) {
    names.push(name);
    return open.call(this, name, version);
  };
  return { names, stop: () => void (IDBFactory.prototype.open = open) };
}

const shows = (element: Element, name: string): Promise<boolean> =>
  until(() => element.shadowRoot?.querySelector('button')?.textContent?.trim() === name, `the picker to show ${name}`);

// The first test registers the provider, so that it is upgraded after the elements inside it. The order of the tests matters.
describe('the data source', () => {
  afterEach(() => setDefaultAdapter(null));

  it('is the provider around an element, even if it is upgraded last, and never the default before that', async () => {
    let asked = 0;
    const elsewhere = await tenant('Default');
    const list = elsewhere.listStatuses.bind(elsewhere);
    elsewhere.listStatuses = () => (asked++, list());
    setDefaultAdapter(elsewhere);
    const provider = document.createElement('pipeline-provider');
    const outer = document.createElement('div');
    provider.append(outer);
    outer.attachShadow({ mode: 'open' }).innerHTML =
      '<pipeline-status-picker conversation-id="c"></pipeline-status-picker>';
    const element = outer.shadowRoot!.querySelector('pipeline-status-picker')!;
    document.body.append(provider);
    await element.updateComplete;
    provider.adapter = await tenant('Provided');
    const opened = watchOpening();
    await import('./define.js');
    await shows(element, 'Provided');
    opened.stop();
    expect([asked, opened.names]).to.deep.equal([0, []]);
    provider.remove();
  });

  it('is the one set on a provider before its upgrade, and nothing else is opened', async () => {
    // Elements of a fragment from another document are upgraded when inserted into the page, the provider first.
    const parse = (inner: string): HTMLElement =>
      new DOMParser().parseFromString(`<div>${inner}</div>`, 'text/html').querySelector('div')!;
    const element = '<pipeline-status-picker conversation-id="c"></pipeline-status-picker>';
    const opened = watchOpening();
    const box = document.createElement('div');
    try {
      const outer = parse(`<pipeline-provider><pipeline-provider>${element}</pipeline-provider></pipeline-provider>`);
      const [around, inner] = outer.querySelectorAll('pipeline-provider');
      around!.adapter = await tenant('Around');
      inner!.adapter = await tenant('Inner');
      const stored = parse(`<pipeline-provider>${element}</pipeline-provider>`);
      const database = `provider-${crypto.randomUUID()}`;
      stored.querySelector('pipeline-provider')!.database = database;
      document.body.append(box);
      box.append(outer, stored);
      await shows(outer.querySelector('pipeline-status-picker')!, 'Inner');
      await shows(stored.querySelector('pipeline-status-picker')!, 'No status');
      expect([...new Set(opened.names)]).to.deep.equal([database]);
    } finally {
      opened.stop();
      box.remove();
    }
  });

  it('is that of the element first, then of a provider, then the default', async () => {
    const [own, provided, chosen] = await Promise.all(['Own', 'Provided', 'Default'].map(tenant));
    setDefaultAdapter(chosen!);
    const box = await fixture(html`
      <div>
        <pipeline-provider .adapter=${provided}>
          <pipeline-status-picker id="own" conversation-id="c" .adapter=${own}></pipeline-status-picker>
          <pipeline-status-picker id="provided" conversation-id="c"></pipeline-status-picker>
        </pipeline-provider>
        <pipeline-status-picker id="default" conversation-id="c"></pipeline-status-picker>
      </div>
    `);
    await shows(box.querySelector('#own')!, 'Own');
    await shows(box.querySelector('#provided')!, 'Provided');
    await shows(box.querySelector('#default')!, 'Default');
  });

  it('changes with the tenant, with the default, and when the element is moved', async () => {
    const [a, b, c] = await Promise.all(['A', 'B', 'C'].map(tenant));
    setDefaultAdapter(c!);
    const box = await fixture<HTMLElement>(html`
      <div>
        <pipeline-provider .adapter=${a}>
          <pipeline-status-picker conversation-id="c"></pipeline-status-picker>
        </pipeline-provider>
      </div>
    `);
    const provider = box.querySelector('pipeline-provider')!;
    const element = box.querySelector<PipelineStatusPicker>('pipeline-status-picker')!;
    await shows(element, 'A');
    provider.adapter = b;
    await shows(element, 'B');
    box.append(element);
    await shows(element, 'C');
    setDefaultAdapter(a!);
    await shows(element, 'A');
    provider.append(element);
    await shows(element, 'B');
    element.adapter = c;
    await shows(element, 'C');
    element.adapter = undefined;
    await shows(element, 'B');
  });

  it('is requested from providers only while there is one', async () => {
    let asked = 0;
    const count = (): unknown => asked++;
    document.addEventListener('context-request', count);
    setDefaultAdapter(await tenant('Default'));
    const alone = await fixture(html`<pipeline-status-picker conversation-id="c"></pipeline-status-picker>`);
    await shows(alone, 'Default');
    expect(asked).to.equal(0);
    const provider = await fixture(html`<pipeline-provider .adapter=${await tenant('Inner')}></pipeline-provider>`);
    provider.append(alone);
    await shows(alone, 'Inner');
    provider.remove();
    document.body.append(alone);
    await shows(alone, 'Default');
    expect(asked).to.equal(0);
    alone.remove();
    document.removeEventListener('context-request', count);
  });

  it('is never another one if the address of the server is invalid', async () => {
    const box = await fixture<HTMLElement>(html`
      <pipeline-provider src="http://">
        <pipeline-status-picker conversation-id="c"></pipeline-status-picker>
      </pipeline-provider>
    `);
    const element = box.querySelector('pipeline-status-picker')!;
    await until(() => element.matches(':state(error)'));
  });

  it('separates tenants by database, and a provider that is moved keeps its connection', async () => {
    const name = `provider-${crypto.randomUUID()}`;
    const box = await fixture<HTMLElement>(html`
      <div>
        <pipeline-provider database=${name}>
          <pipeline-status-picker conversation-id="c" required></pipeline-status-picker>
        </pipeline-provider>
        <section></section>
      </div>
    `);
    const provider = box.querySelector('pipeline-provider')!;
    const element = box.querySelector('pipeline-status-picker')!;
    await until(() => !element.matches(':state(loading)') && element.hasUpdated);
    box.querySelector('section')!.append(provider);
    await until(() => !element.matches(':state(loading)'));
    expect(byRole(element, 'combobox').textContent.trim()).to.equal('No status');
    provider.database = `${name}-2`;
    const databases = async (): Promise<unknown[]> => (await indexedDB.databases()).map((database) => database.name);
    await until(async () => (await databases()).includes(`${name}-2`));
    expect(await databases()).to.include(name);
    provider.remove();
  });
});
