import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys, sendMouse } from '@web/test-runner-commands';
import {
  allByRole,
  announced,
  byRole,
  deepActiveElement,
  nextEvent,
  queryByRole,
  until,
} from '../../../test/support.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import { PipelineError } from '../../model/errors.js';
import type { Filter } from '../../model/filter.js';
import './define.js';
import type { PipelineFilter } from './pipeline-filter.js';

const PHONE = '+6281234567890@s.whatsapp.net';

/** Leads: a, b. Purchase: c. No status: d. Contact "two" has a and c (c is its latest), "one" has d. */
async function inbox(): Promise<MemoryAdapter> {
  const adapter = new MemoryAdapter();
  for (const name of ['Leads', 'Purchase', 'Repurchase']) {
    await adapter.createStatus({ id: name.toLowerCase(), name, color: '#2775f8' });
  }
  await adapter.putConversations([
    { conversationId: 'a', contactId: 'two', activityAt: 1 },
    { conversationId: 'b', activityAt: 2 },
    { conversationId: 'c', contactId: 'two', activityAt: 3 },
    { conversationId: 'd', contactId: 'one', activityAt: 4 },
  ]);
  await adapter.setStatus([{ conversationId: 'a' }, { conversationId: 'b' }], 'leads');
  await adapter.setStatus([{ conversationId: 'c' }], 'purchase');
  return adapter;
}

async function setUp(
  adapter: MemoryAdapter,
  ids = ['a', 'b', 'c', 'd'],
): Promise<{ filter: PipelineFilter; list: HTMLElement }> {
  const box = await fixture<HTMLElement>(html`
    <div>
      <pipeline-filter for="rows" .adapter=${adapter}></pipeline-filter>
      <ul id="rows">
        ${ids.map((id) => html`<li data-conversation-id=${id}>${id}</li>`)}
        <li>No id</li>
      </ul>
    </div>
  `);
  const filter = box.querySelector('pipeline-filter')!;
  await ready(filter);
  return { filter, list: box.querySelector('ul')! };
}

const ready = (filter: PipelineFilter): Promise<boolean> =>
  until(() => filter.hasUpdated && !filter.matches(':state(loading)'), 'the filter to load');

const shown = (list: Element): string[] =>
  [...list.querySelectorAll<HTMLElement>('li')].filter((row) => !row.hidden).map((row) => row.textContent.trim());

const shows = (list: Element, ...rows: string[]): Promise<boolean> =>
  until(
    () => shown(list).join() === [...rows, 'No id'].join(),
    `the list to show ${rows.join()}, it shows ${shown(list).join()}`,
  );

const LEADS = 'op=any-of&status=leads';
const anyOf = (...statusIds: (string | null)[]): Filter => ({ op: 'any-of', statusIds });
const noneOf = (...statusIds: (string | null)[]): Filter => ({ op: 'none-of', statusIds });

const box = (filter: Element, name: string | RegExp): HTMLElement => byRole(filter, 'checkbox', name);

async function open(filter: PipelineFilter): Promise<void> {
  filter.show();
  await until(() => queryByRole(filter, 'checkbox'));
}

async function click(element: Element): Promise<void> {
  const { left, top, width, height } = element.getBoundingClientRect();
  await sendMouse({ type: 'click', position: [Math.round(left + width / 2), Math.round(top + height / 2)] });
}

describe('<pipeline-filter>', () => {
  describe('what is chosen', () => {
    it('has a box for each status with its count, "No status" last, and applies at once', async () => {
      const { filter, list } = await setUp(await inbox());
      await click(byRole(filter, 'button', 'Filter by status'));
      await until(() => queryByRole(filter, 'checkbox', 'Leads, 2 conversations'));
      expect(allByRole(filter, 'checkbox').map((each) => each.ariaLabel)).to.deep.equal([
        'Leads, 2 conversations',
        'Purchase, 1 conversation',
        'Repurchase, 0 conversations',
        'No status, 1 conversation',
      ]);
      const changed = nextEvent(filter, 'pipeline-filter-change');
      await click(box(filter, /^Leads/));
      const event = await changed;
      expect([event.filter, event.of]).to.deep.equal([anyOf('leads'), 'conversation']);
      await shows(list, 'a', 'b');
      await click(box(filter, /^No status/));
      await shows(list, 'a', 'b', 'd');
      byRole(filter, 'button', 'Filter by status, 2 selected');
      expect(filter.matches(':state(filtered)')).to.equal(true);
      await until(() => announced().includes('3 conversations shown'));
    });

    it('excludes with "Is none of", and says so beside the button', async () => {
      const { filter, list } = await setUp(await inbox());
      filter.filter = anyOf('leads');
      await open(filter);
      await click(byRole(filter, 'radio', 'Is none of'));
      await shows(list, 'c', 'd');
      expect(filter.filter).to.deep.equal(noneOf('leads'));
      expect(filter.shadowRoot!.querySelector('.chosen')!.textContent).to.include('Not');
    });

    it('shows everything again when the last chip is taken away, and keeps focus', async () => {
      const { filter, list } = await setUp(await inbox());
      filter.filter = anyOf('leads', 'purchase');
      await shows(list, 'a', 'b', 'c');
      await click(byRole(filter, 'button', 'Remove Leads from the filter'));
      await shows(list, 'c');
      await until(() => deepActiveElement() === queryByRole(filter, 'button', 'Remove Purchase from the filter'));
      await sendKeys({ press: 'Enter' });
      await shows(list, 'a', 'b', 'c', 'd');
      await until(() => deepActiveElement() === queryByRole(filter, 'button', 'Filter by status'));
    });

    it('clears', async () => {
      const { filter, list } = await setUp(await inbox());
      filter.filter = noneOf('leads', null);
      await shows(list, 'c');
      await open(filter);
      await click(byRole(filter, 'button', 'Clear filter'));
      await shows(list, 'a', 'b', 'c', 'd');
      expect(filter.value).to.equal('');
    });

    it('goes through a URL and back, whatever the ids', async () => {
      const { filter } = await setUp(new MemoryAdapter());
      const other = document.createElement('pipeline-filter');
      for (const value of [anyOf(PHONE, null), noneOf('a&b=c', 'd e%20f', '__proto__'), anyOf()]) {
        filter.filter = value;
        other.value = filter.value;
        expect(other.filter).to.deep.equal(filter.filter);
      }
    });

    it('tells a host what to write instead of an unreadable value, and keeps the one it has', async () => {
      const { filter } = await setUp(await inbox());
      filter.filter = anyOf('leads');
      for (const value of [null, { op: 'all-of', statusIds: [] }, { op: 'any-of', statusIds: 'leads' }]) {
        filter.filter = value as unknown as Filter;
      }
      filter.value = 'op=sometimes&status=leads';
      expect(filter.filter).to.deep.equal(anyOf('leads'));
    });

    it('fires no event for what the host sets', async () => {
      const { filter } = await setUp(await inbox());
      let events = 0;
      filter.addEventListener('pipeline-filter-change', () => events++);
      filter.filter = anyOf('leads');
      filter.value = 'op=none-of&status=purchase';
      await filter.updateComplete;
      expect(events).to.equal(0);
    });

    it('keeps a filter from a URL while the statuses are still loading', async () => {
      const adapter = await inbox();
      const list = adapter.listStatuses.bind(adapter);
      let answer = (): void => undefined;
      const gate = new Promise<void>((resolve) => (answer = resolve));
      adapter.listStatuses = async () => (await gate, list());
      const filter = await fixture<PipelineFilter>(
        html`<pipeline-filter .adapter=${adapter} value=${LEADS}></pipeline-filter>`,
      );
      expect(filter.filter).to.deep.equal(anyOf('leads'));
      answer();
      await ready(filter);
      expect(filter.filter).to.deep.equal(anyOf('leads'));
      byRole(filter, 'button', 'Remove Leads from the filter');
    });
  });

  describe('the list of the page', () => {
    it('includes rows that come later, that change their id, and that are rendered anew', async () => {
      const adapter = await inbox();
      const { filter, list } = await setUp(adapter, ['a']);
      filter.filter = anyOf('purchase');
      await shows(list);
      const row = document.createElement('li');
      row.textContent = 'late';
      row.dataset['conversationId'] = 'c';
      list.prepend(row);
      await shows(list, 'late');
      row.dataset['conversationId'] = 'b';
      await shows(list);
      // A framework that renders the row again takes the attribute away.
      row.hidden = false;
      await until(() => row.hidden);
      row.removeAttribute('data-conversation-id');
      await shows(list, 'late');
    });

    it('follows when a conversation changes its status, from anywhere', async () => {
      const adapter = await inbox();
      const { filter, list } = await setUp(adapter);
      filter.filter = anyOf('leads');
      await shows(list, 'a', 'b');
      await adapter.setStatus([{ conversationId: 'd' }], 'leads');
      await shows(list, 'a', 'b', 'd');
      await adapter.setStatus([{ conversationId: 'a' }], null);
      await shows(list, 'b', 'd');
    });

    it('leaves alone what the host hid, and shows what it hid itself when the filter goes', async () => {
      const { filter, list } = await setUp(await inbox());
      const [a, b] = list.querySelectorAll('li');
      b!.hidden = true;
      filter.filter = anyOf('leads');
      await shows(list, 'a');
      filter.filter = anyOf();
      await shows(list, 'a', 'c', 'd');
      filter.filter = anyOf('purchase');
      await shows(list, 'c');
      filter.remove();
      await shows(list, 'a', 'c', 'd');
      expect([a!.hidden, b!.hidden]).to.deep.equal([false, true]);
    });

    it('waits for a list that is not there yet, and follows when it is replaced', async () => {
      const { filter, list } = await setUp(await inbox());
      filter.filter = anyOf('leads');
      await shows(list, 'a', 'b');
      const next = list.cloneNode(true) as HTMLElement;
      for (const row of next.querySelectorAll('li')) row.hidden = false;
      list.replaceWith(next);
      await shows(next, 'a', 'b');
      expect(shown(list)).to.deep.equal(['a', 'b', 'c', 'd', 'No id']);
    });

    it('keeps rows as they are until it is known whether they pass', async () => {
      const adapter = await inbox();
      const read = adapter.getEntries.bind(adapter);
      let answer = (): void => undefined;
      const gate = new Promise<void>((resolve) => (answer = resolve));
      adapter.getEntries = async (ids) => (await gate, read(ids));
      const { filter, list } = await setUp(adapter);
      filter.filter = anyOf('leads');
      await filter.updateComplete;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      expect(shown(list)).to.have.length(5);
      answer();
      await shows(list, 'a', 'b');
    });

    it('gives an id that no adapter takes no status, and does not spoil the others', async () => {
      const { filter, list } = await setUp(await inbox(), ['a', 'x/y', 'c']);
      filter.filter = anyOf('leads');
      await shows(list, 'a');
      filter.filter = anyOf(null);
      await shows(list, 'x/y');
    });

    it('filters 10,000 rows in slices, with one look-up', async function () {
      this.timeout(30_000);
      const adapter = await inbox();
      let reads = 0;
      const read = adapter.getEntries.bind(adapter);
      adapter.getEntries = (ids) => (reads++, read(ids));
      const ids = Array.from({ length: 10_000 }, (_, i) => `row-${i}`);
      await adapter.setStatus(
        ids.filter((_, i) => i % 10 === 0).map((conversationId) => ({ conversationId })),
        'leads',
      );
      const { filter, list } = await setUp(adapter, ids);
      // How often others get a turn meanwhile tells that the work is cut into slices.
      let turns = 0;
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        turns++;
        port2.postMessage(null);
      };
      port2.postMessage(null);
      filter.filter = anyOf('leads');
      await until(() => list.querySelectorAll('li:not([hidden])').length === 1001, '1,000 rows');
      port1.close();
      expect(turns).to.be.above(3);
      expect(reads).to.be.at.most(3);
    });
  });

  describe('contacts', () => {
    const contacts = async (match: 'any' | 'latest'): Promise<{ filter: PipelineFilter; list: HTMLElement }> => {
      const adapter = await inbox();
      const page = await fixture<HTMLElement>(html`
        <div>
          <pipeline-filter of="contact" contact-match=${match} for="rows" .adapter=${adapter}></pipeline-filter>
          <ul id="rows">
            ${['two', 'one', 'unknown'].map((id) => html`<li data-contact-id=${id}>${id}</li>`)}
            <li>No id</li>
          </ul>
        </div>
      `);
      const filter = page.querySelector('pipeline-filter')!;
      await ready(filter);
      return { filter, list: page.querySelector('ul')! };
    };

    // Contact "two" has Leads and, latest, Purchase; "one" has a conversation without a status; "unknown" has none.
    const TABLE: ['any' | 'latest', Filter, string[]][] = [
      ['any', anyOf('leads'), ['two']],
      ['any', anyOf('purchase'), ['two']],
      ['any', anyOf('repurchase'), []],
      ['any', anyOf(null), ['one', 'unknown']],
      ['any', anyOf('leads', null), ['two', 'one', 'unknown']],
      ['any', noneOf('leads'), ['one', 'unknown']],
      ['any', noneOf('repurchase'), ['two', 'one', 'unknown']],
      ['any', noneOf(null), ['two']],
      ['any', noneOf('purchase', null), []],
      ['latest', anyOf('leads'), []],
      ['latest', anyOf('purchase'), ['two']],
      ['latest', anyOf(null), ['one', 'unknown']],
      ['latest', noneOf('leads'), ['two', 'one', 'unknown']],
      ['latest', noneOf('purchase'), ['one', 'unknown']],
    ];
    for (const match of ['any', 'latest'] as const) {
      it(`pass alike in the list, in select() and in matches(): ${match}`, async () => {
        const { filter, list } = await contacts(match);
        for (const [, value, expected] of TABLE.filter(([each]) => each === match)) {
          filter.filter = value;
          expect(await filter.select(['two', 'one', 'unknown']), filter.value).to.deep.equal(expected);
          await shows(list, ...expected);
          expect(
            ['two', 'one', 'unknown'].filter((id) => filter.matches(id)),
            filter.value,
          ).to.deep.equal(expected);
        }
      });
    }

    it('are counted by contact', async () => {
      const { filter } = await contacts('any');
      await open(filter);
      await until(() => queryByRole(filter, 'checkbox', 'Leads, 1 contact'));
      box(filter, 'No status, 1 contact');
    });

    it('have no filter where the adapter cannot look them up', async () => {
      const adapter = await inbox();
      Object.assign(adapter, { getContacts: undefined });
      const filter = await fixture<PipelineFilter>(
        html`<pipeline-filter of="contact" .adapter=${adapter}></pipeline-filter>`,
      );
      await ready(filter);
      expect(allByRole(filter, 'button')).to.deep.equal([]);
    });
  });

  describe('when statuses change elsewhere', () => {
    it('follows a rename and a move', async () => {
      const adapter = await inbox();
      const { filter } = await setUp(adapter);
      filter.filter = anyOf('leads');
      const [leads] = (await adapter.listStatuses()).items;
      await adapter.updateStatus('leads', { name: 'Prospects' }, { ifVersion: leads!.version });
      await until(() => queryByRole(filter, 'button', 'Remove Prospects from the filter'));
      await open(filter);
      await adapter.moveStatus('leads', 'repurchase');
      await until(() => allByRole(filter, 'checkbox')[2]?.ariaLabel?.startsWith('Prospects'));
    });

    it('lets a deleted status leave the filter, says so, and tells the host', async () => {
      const adapter = await inbox();
      const { filter, list } = await setUp(adapter);
      filter.filter = anyOf('leads', 'purchase');
      await shows(list, 'a', 'b', 'c');
      const changed = nextEvent(filter, 'pipeline-filter-change');
      const [leads] = (await adapter.listStatuses()).items;
      await adapter.deleteStatus('leads', { ifVersion: leads!.version, moveTo: null });
      expect((await changed).filter).to.deep.equal(anyOf('purchase'));
      await until(() => filter.shadowRoot!.textContent.includes('Leads was deleted and left the filter.'));
      await until(() => announced().includes('Leads was deleted and left the filter.'));
      await shows(list, 'c');
    });
  });

  describe('for hosts with a list of their own', () => {
    it('judges, selects in order, and finds by page', async () => {
      const { filter } = await setUp(await inbox(), []);
      filter.filter = anyOf('leads', null);
      expect(await filter.select(['d', 'c', 'unknown', 'b', 'a'])).to.deep.equal(['d', 'unknown', 'b', 'a']);
      const first = await filter.find({ pageSize: 2 });
      expect(first.ids).to.deep.equal(['d', 'b']);
      const second = await filter.find({ pageSize: 2, pageToken: first.nextPageToken! });
      expect([second.ids, second.nextPageToken]).to.deep.equal([['a'], undefined]);
    });

    it('stays an element like any other: a page may ask it for a selector', async () => {
      const { filter } = await setUp(await inbox());
      filter.className = 'tool';
      for (const [selector, expected] of [
        ['pipeline-filter', true],
        ['.tool', true],
        ['.button', false],
        ['[for]', true],
        ['a[href]', false],
        ['button, pipeline-filter', true],
        ['ul > *', false],
      ] as const) {
        expect(filter.matches(selector), selector).to.equal(expected);
      }
      filter.filter = anyOf('leads');
      for (const id of [PHONE, '178:22', 'a.b', 'room#1', '3fa85f64-5717-4562-b3fc-2c963f66afa6', 'c']) {
        expect(filter.matches(id), id).to.equal(false);
      }
    });
  });

  describe('the keyboard', () => {
    it('opens on the first chosen box, moves with the arrows, toggles, and closes with Escape', async () => {
      const { filter } = await setUp(await inbox());
      filter.filter = anyOf('purchase');
      filter.focus();
      await sendKeys({ press: 'Enter' });
      await until(() => deepActiveElement()?.ariaLabel?.startsWith('Purchase'));
      await sendKeys({ press: 'ArrowUp' });
      await sendKeys({ press: 'Space' });
      expect(filter.filter).to.deep.equal(anyOf('purchase', 'leads'));
      await sendKeys({ press: 'End' });
      expect(deepActiveElement()!.ariaLabel).to.match(/^No status/);
      await sendKeys({ press: 'Tab' });
      expect(deepActiveElement()).to.equal(byRole(filter, 'button', 'Clear filter'));
      await sendKeys({ press: 'Escape' });
      await until(() => deepActiveElement() === queryByRole(filter, 'button', 'Filter by status, 2 selected'));
      expect(queryByRole(filter, 'checkbox')).to.equal(undefined);
    });

    it('searches above the threshold', async () => {
      const adapter = await inbox();
      for (let i = 0; i < 12; i++) await adapter.createStatus({ id: `s${i}`, name: `Step ${i}`, color: '#056f62' });
      const { filter } = await setUp(adapter);
      await open(filter);
      byRole(filter, 'textbox', 'Search statuses').focus();
      await sendKeys({ type: 'repur' });
      await until(() => allByRole(filter, 'checkbox').length === 1);
      await until(() => announced().includes('1 status found'));
      await sendKeys({ press: 'ArrowDown' });
      await sendKeys({ press: 'Space' });
      expect(filter.filter).to.deep.equal(anyOf('repurchase'));
    });
  });

  it('takes part in a form: value, reset, disabled', async () => {
    const adapter = await inbox();
    const form = await fixture<HTMLFormElement>(html`
      <form>
        <fieldset>
          <pipeline-filter name="filter" value=${LEADS} .adapter=${adapter}></pipeline-filter>
        </fieldset>
      </form>
    `);
    const filter = form.querySelector('pipeline-filter')!;
    await ready(filter);
    expect(new FormData(form).get('filter')).to.equal(LEADS);
    filter.filter = anyOf();
    await filter.updateComplete;
    expect(new FormData(form).get('filter')).to.equal(null);
    form.reset();
    await filter.updateComplete;
    expect(filter.filter).to.deep.equal(anyOf('leads'));
    form.querySelector('fieldset')!.disabled = true;
    await filter.updateComplete;
    expect(byRole(filter, 'button', /^Filter by status/).matches(':disabled')).to.equal(true);
  });

  it('says why the statuses could not be read, and tries again', async () => {
    const adapter = await inbox();
    const list = adapter.listStatuses.bind(adapter);
    adapter.listStatuses = () => Promise.reject(new PipelineError('unavailable', 'down'));
    const filter = await fixture<PipelineFilter>(html`<pipeline-filter .adapter=${adapter}></pipeline-filter>`);
    await until(() => filter.matches(':state(error)'));
    filter.show();
    const retry = await until(() => queryByRole(filter, 'button', 'Try again'));
    adapter.listStatuses = list;
    await click(retry);
    await until(() => queryByRole(filter, 'checkbox', /^Leads/));
  });

  it('speaks Indonesian where the page does, without losing focus', async () => {
    const { filter } = await setUp(await inbox());
    await open(filter);
    const focused = deepActiveElement();
    filter.parentElement!.lang = 'id';
    await until(() => queryByRole(filter, 'checkbox', 'Leads, 2 percakapan'));
    byRole(filter, 'button', 'Filter menurut status');
    expect(deepActiveElement()).to.equal(focused);
  });

  for (const scheme of ['light', 'dark']) {
    it(`is accessible closed, open and filtered, in ${scheme}`, async () => {
      const { filter } = await setUp(await inbox());
      filter.parentElement!.style.cssText = `color-scheme:${scheme};background:Canvas;padding:20px`;
      await expect(filter).to.be.accessible();
      filter.filter = noneOf('leads', null);
      await open(filter);
      await expect(filter).to.be.accessible();
    });
  }
});
