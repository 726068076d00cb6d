/** Tests of providers with a source, without one, and with an empty one. */
import { expect, fixture, html } from '@open-wc/testing';
import { allByRole, byRole, until } from '../../../test/support.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import { setDefaultAdapter } from '../../store/context.js';
import '../pipeline-filter/define.js';
import '../pipeline-settings/define.js';
import '../pipeline-status-picker/define.js';
import './define.js';
import { isUnset } from '../../ui/unset-source.js';

async function tenant(name: string): Promise<MemoryAdapter> {
  const adapter = new MemoryAdapter();
  await adapter.createStatus({ id: name, name, color: '#2775f8' });
  await adapter.setStatus([{ conversationId: 'c' }], name);
  return adapter;
}

const shows = (box: ParentNode, name: string): Promise<boolean> =>
  until(() => {
    const [trigger] = allByRole(box.querySelector('pipeline-status-picker')!, 'combobox');
    return trigger?.textContent.trim() === name;
  }, `the picker to show ${name}`);

/** Records the databases that are opened and the addresses that are fetched from now on. */
function watchTraffic(): { seen: string[]; stop(): void } {
  const seen: string[] = [];
  const { open } = IDBFactory.prototype;
  const { fetch } = window;
  IDBFactory.prototype.open = function (name, version) {
    seen.push(`database ${name}`);
    return open.call(this, name, version);
  };
  window.fetch = (input, init) => {
    seen.push(`fetch ${input instanceof Request ? input.url : String(input)}`);
    return fetch(input, init);
  };
  return { seen, stop: () => Object.assign(window, { fetch }) && (IDBFactory.prototype.open = open) };
}

describe('<pipeline-provider> without a source', () => {
  afterEach(() => setDefaultAdapter(null));

  it('has no effect: an outer provider or the default is used', async () => {
    setDefaultAdapter(await tenant('Default'));
    const box = await fixture<HTMLElement>(html`
      <div>
        <pipeline-provider .adapter=${await tenant('Outer')}>
          <pipeline-provider locale="id">
            <pipeline-provider><pipeline-status-picker conversation-id="c"></pipeline-status-picker></pipeline-provider>
          </pipeline-provider>
        </pipeline-provider>
        <pipeline-provider id="alone">
          <pipeline-status-picker conversation-id="c"></pipeline-status-picker>
        </pipeline-provider>
      </div>
    `);
    await shows(box, 'Outer');
    await shows(box.querySelector('#alone')!, 'Default');
  });

  it('can gain and lose one at run time in every way, and null counts as none', async () => {
    setDefaultAdapter(await tenant('Default'));
    const inner = await tenant('Inner');
    const box = await fixture<HTMLElement>(html`
      <pipeline-provider .adapter=${await tenant('Outer')}>
        <pipeline-provider><pipeline-status-picker conversation-id="c"></pipeline-status-picker></pipeline-provider>
      </pipeline-provider>
    `);
    const [outer, provider] = [
      box as HTMLElementTagNameMap['pipeline-provider'],
      box.querySelector('pipeline-provider')!,
    ];
    await shows(box, 'Outer');
    provider.adapter = inner;
    await shows(box, 'Inner');
    for (const none of [null, undefined]) {
      provider.adapter = none;
      await shows(box, 'Outer');
      provider.adapter = inner;
      await shows(box, 'Inner');
    }
    provider.adapter = null;
    provider.setAttribute('database', `sources-${crypto.randomUUID()}`);
    await shows(box, 'No status');
    provider.removeAttribute('database');
    await shows(box, 'Outer');
    provider.setAttribute('src', '\t\t');
    await shows(box, '—');
    provider.removeAttribute('src');
    await shows(box, 'Outer');
    outer.adapter = undefined;
    await shows(box, 'Default');
    provider.adapter = inner;
    outer.adapter = await tenant('Other');
    await shows(box, 'Inner');
  });

  it('does not affect elements with another source, or with the same source as before', async () => {
    const adapter = await tenant('Same');
    const box = await fixture<HTMLElement>(html`
      <div>
        <pipeline-provider .adapter=${adapter}>
          <pipeline-provider><pipeline-status-picker conversation-id="c"></pipeline-status-picker></pipeline-provider>
        </pipeline-provider>
        <pipeline-provider .adapter=${await tenant('A')} id="other"></pipeline-provider>
      </div>
    `);
    const picker = box.querySelector('pipeline-status-picker')!;
    await shows(box, 'Same');
    picker.show();
    await until(() => allByRole(picker, 'option').length);
    box.querySelector<HTMLElementTagNameMap['pipeline-provider']>('#other')!.adapter = await tenant('B');
    box.querySelector('pipeline-provider')!.adapter = adapter;
    box.querySelector('pipeline-provider pipeline-provider')!.setAttribute('locale', 'en');
    Object.assign(box.querySelector('pipeline-provider pipeline-provider')!, { adapter });
    picker.adapter = adapter;
    picker.adapter = undefined;
    await picker.updateComplete;
    expect(allByRole(picker, 'option').length).to.equal(2);
  });

  it('does not answer elements outside of it', async () => {
    setDefaultAdapter(await tenant('Default'));
    let asked = 0;
    const count = (): unknown => asked++;
    document.addEventListener('context-request', count, { capture: true });
    const box = await fixture<HTMLElement>(html`
      <pipeline-provider locale="id"
        ><pipeline-status-picker conversation-id="c"></pipeline-status-picker
      ></pipeline-provider>
    `);
    await shows(box, 'Default');
    document.removeEventListener('context-request', count, { capture: true });
    expect(asked).to.equal(0);
  });
});

describe('<pipeline-provider> with a source that the page has left empty', () => {
  it('recognizes the text of a variable without a value, and no other names', () => {
    const unset = ['', ' ', '\n', '\t \r\n', '\u00a0', '\u200b', '\ufeff', 'undefined', ' null ', 'NaN', 'false'];
    unset.push('[object Object]', 'acme:undefined', '/api/undefined/pipeline', 'tenant-[object Object]');
    expect(unset.filter((text) => !isUnset(text))).to.deep.equal([]);
    const names = [
      'a',
      '0',
      'acme:agent-7',
      '/api/pipeline',
      '.',
      'nullable',
      'undefinedly',
      'Mr. Null',
      'NaNa',
      'ne null',
    ];
    expect(names.filter(isUnset)).to.deep.equal([]);
  });

  for (const field of ['src', 'database'] as const) {
    for (const value of ['', ' ', '\n', '\u00a0', 'undefined', 'null', 'NaN', '[object Object]']) {
      it(`shows the error, warns once, and reads nothing: ${field}=${JSON.stringify(value)}`, async () => {
        const { seen, stop } = watchTraffic();
        const { warn } = console;
        const warnings: string[] = [];
        console.warn = (text: unknown) => warnings.push(String(text));
        try {
          const box = document.createElement('div');
          const provider = document.createElement('pipeline-provider');
          provider.setAttribute(field, value);
          const errors: string[] = [];
          provider.addEventListener('pipeline-error', ({ error }) => errors.push(`${error.code} ${error.field}`));
          const all = (['pipeline-status-picker', 'pipeline-filter', 'pipeline-settings'] as const).map((tag) =>
            document.createElement(tag),
          );
          all[0]!.setAttribute('conversation-id', 'c');
          provider.append(...all);
          box.append(provider);
          document.body.append(box);
          const words = `This page has not set a data source (${field} is missing).`;
          await until(() => all.every((each) => each.shadowRoot!.textContent.includes(words)), words);
          all[0]!.shadowRoot!.querySelector('button')!.click();
          await until(() => all[0]!.shadowRoot!.querySelector('#popup')?.textContent?.includes(words));
          expect(errors).to.deep.equal([`invalid ${field}`]);
          const told = warnings.filter((text) =>
            text.includes(`<pipeline-provider ${field}=${JSON.stringify(value)[0]}`),
          );
          expect(told.length).to.equal(1);
          expect(told[0]).to.match(/write .*such as/);
          const filter = box.querySelector('pipeline-filter')!;
          expect(await filter.find().catch((error: { code: string }) => error.code)).to.equal('invalid');
          expect(seen).to.deep.equal([]);
          box.remove();
        } finally {
          console.warn = warn;
          stop();
        }
      });
    }
  }

  it('is still an error when the other attribute is set, unless that takes precedence', async () => {
    const { seen, stop } = watchTraffic();
    const box = await fixture<HTMLElement>(html`
      <div>
        <pipeline-provider src="" database="good-${crypto.randomUUID()}">
          <pipeline-status-picker conversation-id="c"></pipeline-status-picker>
        </pipeline-provider>
        <pipeline-provider id="adapter" src="" .adapter=${await tenant('Given')}>
          <pipeline-status-picker conversation-id="c"></pipeline-status-picker>
        </pipeline-provider>
      </div>
    `);
    await shows(box, '—');
    await shows(box.querySelector('#adapter')!, 'Given');
    stop();
    expect(seen).to.deep.equal([]);
  });

  it('closes the previous source and drops its pending calls', async () => {
    const box = await fixture<HTMLElement>(html`
      <pipeline-provider database="sources-${crypto.randomUUID()}">
        <pipeline-status-picker conversation-id="c"></pipeline-status-picker>
      </pipeline-provider>
    `);
    await shows(box, 'No status');
    const provider = box as HTMLElementTagNameMap['pipeline-provider'];
    const name = provider.database!;
    provider.database = '';
    await shows(box, '—');
    // Deleting it is not blocked, so no connection is open.
    const deleted = indexedDB.deleteDatabase(name);
    const outcome = await new Promise((resolve) => {
      deleted.onsuccess = () => resolve('deleted');
      deleted.onblocked = () => resolve('blocked');
    });
    expect(outcome).to.equal('deleted');
    byRole(box.querySelector('pipeline-status-picker')!, 'combobox');
  });

  it('shows the error in Indonesian', async () => {
    const box = await fixture<HTMLElement>(html`
      <pipeline-provider src="" locale="id">
        <pipeline-status-picker conversation-id="c"></pipeline-status-picker>
      </pipeline-provider>
    `);
    await until(() =>
      box
        .querySelector('pipeline-status-picker')!
        .shadowRoot!.textContent.includes('Halaman ini belum mengatur sumber data (src belum diisi).'),
    );
  });
});

describe('<pipeline-provider> with a relative src', () => {
  it('keeps its address when the address of the page changes, also when it is moved or put back', async () => {
    const traffic = watchTraffic();
    const before = location.href;
    const api = new URL('wire/api/', document.baseURI).href;
    const provider = document.createElement('pipeline-provider');
    provider.src = 'wire/api';
    provider.innerHTML = '<pipeline-status-picker conversation-id="c"></pipeline-status-picker>';
    const requests = (): string[] => traffic.seen.filter((each) => each.endsWith('/statuses'));
    try {
      history.pushState(null, '', '/deep/below/');
      document.body.append(provider);
      await until(() => requests().length, 'a request');
      provider.remove();
      await Promise.resolve();
      history.pushState(null, '', '/elsewhere/');
      document.body.append(provider);
      // The same text is no change.
      provider.src = 'wire/api';
      await until(() => requests().length > 1, 'another request');
      expect([...new Set(requests())]).to.deep.equal([`fetch ${api}statuses`]);
      provider.src = 'other/api';
      const moved = `fetch ${new URL('/elsewhere/other/api/statuses', document.baseURI).href}`;
      await until(() => requests().includes(moved), 'a request to the new address');
    } finally {
      history.replaceState(null, '', before);
      provider.remove();
      traffic.stop();
    }
  });
});
