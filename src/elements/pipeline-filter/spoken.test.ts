import { expect, fixture, html } from '@open-wc/testing';
import { a11ySnapshot, findAccessibilityNode, sendKeys } from '@web/test-runner-commands';
import { isChromium } from '../../../test/commands.js';
import { allByRole, announced, byRole, deepActiveElement, queryByRole, until } from '../../../test/support.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineFilter } from './pipeline-filter.js';
import { addMany, anyOf, deleteStatus, hold, inbox, noneOf, open, ready, setUp, settled, shows } from './test-inbox.js';

/** Every word that the filter says, in both languages. */
const WORDS = {
  en: {
    trigger: 'Filter by status',
    chosen: 'Filter by status, 1,234 selected',
    boxes: ['Leads, 1,236 conversations', 'Purchase, 1 conversation', 'Repurchase, 0 conversations'],
    none: 'No status, 1 conversation',
    compact: '1.2K',
    contact: 'Leads, 1 contact',
    shown: '2 conversations shown',
    contactsShown: '1 contact shown',
    clear: 'Clear filter',
    remove: 'Remove Leads from the filter',
    condition: 'Condition',
    anyOf: 'Is any of',
    noneOf: 'Is none of',
    not: 'Not',
    search: 'Search statuses',
    found: '1 status found',
    notFound: 'No status matches “xyz”',
    clearSearch: 'Clear search',
    loading: 'Loading statuses',
    loadFailed: 'The statuses could not be loaded.',
    offline: 'No connection.',
    retry: 'Try again',
    filterFailed: 'The list could not be filtered.',
    noStatuses: 'No statuses yet',
    departed: 'Leads was deleted and removed from the filter.',
    unknown: 'A status that no longer exists was removed from the filter.',
  },
  id: {
    trigger: 'Filter menurut status',
    chosen: 'Filter menurut status, 1.234 dipilih',
    boxes: ['Leads, 1.236 percakapan', 'Purchase, 1 percakapan', 'Repurchase, 0 percakapan'],
    none: 'Tanpa status, 1 percakapan',
    compact: '1,2 rb',
    contact: 'Leads, 1 kontak',
    shown: '2 percakapan ditampilkan',
    contactsShown: '1 kontak ditampilkan',
    clear: 'Hapus filter',
    remove: 'Keluarkan Leads dari filter',
    condition: 'Syarat',
    anyOf: 'Termasuk',
    noneOf: 'Kecuali',
    not: 'Kecuali',
    search: 'Cari status',
    found: '1 status ditemukan',
    notFound: 'Tidak ada status yang cocok dengan “xyz”',
    clearSearch: 'Hapus pencarian',
    loading: 'Memuat status',
    loadFailed: 'Status tidak dapat dimuat.',
    offline: 'Tidak ada koneksi.',
    retry: 'Coba lagi',
    filterFailed: 'Daftar tidak dapat difilter.',
    noStatuses: 'Belum ada status',
    departed: 'Leads sudah dihapus, jadi dikeluarkan dari filter.',
    unknown: '1 status yang sudah tidak ada dikeluarkan dari filter.',
  },
};

const offline = (): Promise<never> => Promise.reject(new PipelineError('offline', 'gone'));
const text = (filter: PipelineFilter, part: string): string =>
  filter.shadowRoot!.querySelector(`[part=${part}]`)?.textContent.replace(/\s+/g, ' ').trim() ?? '';
const heard = (words: string): Promise<boolean> =>
  until(() => announced().trim() === words, `"${words}" to be announced, not "${announced()}"`);

describe('<pipeline-filter>: what it says', () => {
  for (const [locale, words] of Object.entries(WORDS)) {
    describe(`in ${locale}`, () => {
      /** A filter that speaks the language, with a list. */
      async function speaking(adapter: MemoryAdapter): Promise<PipelineFilter> {
        const { filter } = await setUp(adapter);
        filter.parentElement!.lang = locale;
        await until(() => queryByRole(filter, 'button', words.trigger));
        return filter;
      }

      it('names the button, the boxes with their numbers, the condition, and how to clear', async () => {
        const adapter = await inbox();
        const many = Array.from({ length: 1234 }, (_, i) => ({ conversationId: `more-${i}` }));
        await adapter.setStatus(many, 'leads');
        const filter = await speaking(adapter);
        await open(filter);
        byRole(filter, 'group', words.trigger);
        await until(() => queryByRole(filter, 'checkbox', words.none));
        expect(allByRole(filter, 'checkbox').map((box) => box.ariaLabel)).to.deep.equal([...words.boxes, words.none]);
        // In full for ears, short for eyes.
        expect(text(filter, 'count').replace('\u00a0', ' ')).to.equal(words.compact);
        byRole(filter, 'radiogroup', words.condition);
        byRole(filter, 'radio', words.anyOf);
        byRole(filter, 'radio', words.noneOf);
        byRole(filter, 'button', words.clear);
      });

      it('names what is chosen, how many, and how to take each out', async () => {
        const adapter = await inbox();
        const answer = hold(adapter, 'listStatuses');
        const page = await fixture<HTMLElement>(
          html`<div lang=${locale}><pipeline-filter .adapter=${adapter}></pipeline-filter></div>`,
        );
        const filter = page.querySelector('pipeline-filter')!;
        filter.filter = anyOf(...Array.from({ length: 1234 }, (_, i) => `s${i}`));
        await until(() => queryByRole(filter, 'button', words.chosen));
        expect(words.chosen).to.include(filter.shadowRoot!.querySelector<HTMLElement>('.badge')!.dataset['count']);
        filter.filter = noneOf('leads');
        answer();
        await ready(filter);
        byRole(filter, 'button', words.remove);
        byRole(filter, 'button', words.clear);
        const chosen = byRole(filter, 'group', words.noneOf);
        expect(chosen.textContent.trim().startsWith(words.not)).to.equal(true);
      });

      it('tells how many conversations are shown', async () => {
        const filter = await speaking(await inbox());
        await open(filter);
        byRole(filter, 'checkbox', /^Leads/).click();
        await heard(words.shown);
      });

      it('tells how many contacts are shown, and have a status', async () => {
        const page = await fixture<HTMLElement>(html`
          <div lang=${locale}>
            <pipeline-filter of="contact" for="people" .adapter=${await inbox()}></pipeline-filter>
            <ul id="people">
              <li data-contact-id="one"></li>
              <li data-contact-id="two"></li>
            </ul>
          </div>
        `);
        const filter = page.querySelector('pipeline-filter')!;
        await until(() => queryByRole(filter, 'button', words.trigger));
        await ready(filter);
        await open(filter);
        (await until(() => queryByRole(filter, 'checkbox', words.contact))).click();
        await heard(words.contactsShown);
      });

      it('tells what the search found, and what it did not', async () => {
        const adapter = await inbox();
        await addMany(adapter);
        const filter = await speaking(adapter);
        await open(filter);
        byRole(filter, 'searchbox', words.search).focus();
        await sendKeys({ type: 'repur' });
        await heard(words.found);
        await sendKeys({ press: 'Backspace' });
        byRole(filter, 'searchbox').focus();
        (byRole(filter, 'searchbox') as HTMLInputElement).select();
        await sendKeys({ type: 'xyz' });
        await heard(words.notFound);
        expect(text(filter, 'empty')).to.equal(`${words.notFound} ${words.clearSearch}`);
        // What a person typed keeps its own direction.
        expect(filter.shadowRoot!.querySelector('[part=empty] bdi')!.textContent).to.equal('xyz');
        byRole(filter, 'button', words.clearSearch);
      });

      it('tells that it loads, why it could not, and how to try again', async () => {
        const adapter = await inbox();
        const list = adapter.listStatuses.bind(adapter);
        let refuse = (_: Error): void => undefined;
        adapter.listStatuses = () => new Promise((_, reject) => (refuse = reject));
        const page = await fixture<HTMLElement>(
          html`<div lang=${locale}><pipeline-filter .adapter=${adapter}></pipeline-filter></div>`,
        );
        const filter = page.querySelector('pipeline-filter')!;
        (await until(() => queryByRole(filter, 'button', words.trigger))).click();
        await heard(words.loading);
        refuse(new PipelineError('offline', 'gone'));
        await until(() => text(filter, 'error') === `${words.loadFailed} ${words.offline} ${words.retry}`);
        adapter.listStatuses = offline;
        byRole(filter, 'button', words.retry).click();
        await heard(words.loadFailed);
        adapter.listStatuses = list;
        byRole(filter, 'button', words.retry).click();
        await until(() => queryByRole(filter, 'checkbox', /^Leads/));
      });

      it('tells why the list could not be filtered', async () => {
        const filter = await speaking(Object.assign(await inbox(), { getEntries: offline }));
        filter.filter = anyOf('leads');
        await until(() => text(filter, 'error') === `${words.filterFailed} ${words.offline} ${words.retry}`);
      });

      it('tells that there is no status yet', async () => {
        const filter = await speaking(new MemoryAdapter());
        await open(filter);
        expect(text(filter, 'empty')).to.equal(words.noStatuses);
      });

      it('tells which status left it, and that one did of which nothing is known', async () => {
        const adapter = await inbox();
        const filter = await speaking(adapter);
        filter.filter = anyOf('leads', 'purchase');
        await filter.updateComplete;
        await deleteStatus(adapter, 'leads');
        await heard(words.departed);
        expect(text(filter, 'message')).to.equal(words.departed);
        expect(filter.shadowRoot!.querySelector('[part=message] bdi')!.textContent).to.equal('Leads');
        expect(filter.shadowRoot!.querySelector('[part=message]')!.textContent).to.equal(words.departed);
        filter.filter = anyOf('never');
        await heard(words.unknown);
        expect(text(filter, 'message')).to.equal(words.unknown);
      });
    });
  }

  it('says what left it in the language of now', async () => {
    const adapter = await inbox();
    const { filter } = await setUp(adapter);
    filter.filter = anyOf('leads', 'purchase');
    await filter.updateComplete;
    await deleteStatus(adapter, 'leads');
    await until(() => text(filter, 'message') === WORDS.en.departed);
    filter.locale = 'id';
    await until(() => text(filter, 'message') === WORDS.id.departed);
  });

  it('says each of several that left it while it was away', async () => {
    const adapter = await inbox();
    const { filter, list } = await setUp(adapter);
    filter.filter = anyOf('leads', 'purchase');
    await filter.updateComplete;
    filter.remove();
    await deleteStatus(adapter, 'leads');
    await deleteStatus(adapter, 'purchase');
    list.before(filter);
    const both = 'Leads was deleted and removed from the filter. Purchase was deleted and removed from the filter.';
    await heard(both);
    expect(filter.shadowRoot!.querySelector('[part=message]')!.textContent).to.equal(both);
  });

  it('keeps a name in its own direction, in a chip, in the popup and in a sentence', async () => {
    const adapter = await inbox();
    await adapter.createStatus({ id: 'done', name: 'تم التسليم!', color: '#887703' });
    const { filter } = await setUp(adapter);
    filter.filter = anyOf('done');
    await open(filter);
    const names = [...filter.shadowRoot!.querySelectorAll('bdi')].map((name) => name.textContent);
    expect(names.filter((name) => name === 'تم التسليم!')).to.have.length(2);
    for (const label of filter.shadowRoot!.querySelectorAll('.chip .label')) expect(label.localName).to.equal('bdi');
    await deleteStatus(adapter, 'done');
    await until(() => filter.shadowRoot!.querySelector('[part=message] bdi'));
  });

  it('says how many are shown once the user has paused, and only that', async () => {
    const { filter, list } = await setUp(await inbox());
    await open(filter);
    const { setTimeout: set, clearTimeout: clear } = window;
    const waiting = new Map<unknown, () => void>();
    window.setTimeout = ((run: () => void, ms?: number) => {
      const timer = set(ms === 500 ? () => undefined : run, ms);
      if (ms === 500) waiting.set(timer, run);
      return timer;
    }) as typeof window.setTimeout;
    window.clearTimeout = ((timer?: number) => (waiting.delete(timer), clear(timer))) as typeof window.clearTimeout;
    try {
      byRole(filter, 'checkbox', /^Leads/).click();
      await shows(list, 'a', 'b');
      await until(() => waiting.size);
      byRole(filter, 'checkbox', /^Purchase/).click();
      await shows(list, 'a', 'b', 'c');
      await settled();
    } finally {
      window.setTimeout = set;
      window.clearTimeout = clear;
    }
    for (const speak of waiting.values()) speak();
    expect([waiting.size, announced().trim()]).to.deep.equal([1, '3 conversations shown']);
  });

  it('is named by a label of the page, too, and still says how many are chosen', async function () {
    // Only there does the browser tell a test the name that it computed.
    if (!isChromium) this.skip();
    const page = await fixture<HTMLElement>(html`
      <div>
        <label for="filter">Conversations to show</label>
        <pipeline-filter id="filter" .adapter=${await inbox()}></pipeline-filter>
      </div>
    `);
    const filter = page.querySelector('pipeline-filter')!;
    await ready(filter);
    const isNamed = async (name: string): Promise<boolean> => {
      const snapshot = await a11ySnapshot({});
      return Boolean(findAccessibilityNode(snapshot as never, (node: { name?: string }) => node.name === name));
    };
    await until(() => isNamed('Conversations to show Filter by status'));
    filter.filter = anyOf('leads', null);
    await until(() => isNamed('Conversations to show Filter by status, 2 selected'));
    page.querySelector('label')!.click();
    await until(() => deepActiveElement() === queryByRole(filter, 'button', /^Filter by status/));
    page.querySelector('label')!.remove();
    filter.requestUpdate();
    await until(() => isNamed('Filter by status, 2 selected'));
  });

  it('has its roles inside, where a page and its tests can see them', async () => {
    const { filter } = await setUp(await inbox());
    await open(filter);
    expect([filter.role, filter['internals'].role]).to.deep.equal([null, null]);
    const inside = filter.shadowRoot!;
    const trigger = byRole(filter, 'button', 'Filter by status');
    // A reference by id holds within one root only.
    expect(inside.getElementById(trigger.getAttribute('aria-controls')!)!.getAttribute('part')).to.equal('popup');
    expect(trigger.getRootNode() === inside && byRole(filter, 'checkbox', /^Leads/).getRootNode() === inside).to.equal(
      true,
    );
  });
});
