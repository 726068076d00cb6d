import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import {
  allByRole,
  announced,
  byRole,
  deepActiveElement,
  nextEvent,
  queryByRole,
  until,
} from '../../../test/support.js';
import { IndexedDBAdapter } from '../../adapters/indexeddb/adapter.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import type { PipelineFilterChangeEvent } from '../../events.js';
import { PipelineError } from '../../model/errors.js';
import type { Filter } from '../../model/filter.js';
import { Writes } from '../../store/writes.js';
import { PipelineFilter } from './pipeline-filter.js';
import {
  LEADS,
  PHONE,
  anyOf,
  box,
  click,
  deleteStatus,
  hold,
  inbox,
  noneOf,
  open,
  ready,
  setUp,
  shows,
} from './test-inbox.js';

/** The filters of the change events from now on. */
function changes(filter: PipelineFilter): Filter[] {
  const seen: Filter[] = [];
  filter.addEventListener('pipeline-filter-change', (event) => seen.push(event.filter));
  return seen;
}

const chips = (filter: PipelineFilter): (string | null)[] =>
  allByRole(filter, 'button', /^Remove/).map((chip) => chip.ariaLabel);

const message = (filter: PipelineFilter): string =>
  filter.shadowRoot!.querySelector('[part=message]')?.textContent ?? '';

describe('<pipeline-filter>', () => {
  describe('what the user chooses', () => {
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

    it('is told once for each change, and bubbles out of shadow roots', async () => {
      const { filter } = await setUp(await inbox());
      const seen: PipelineFilterChangeEvent[] = [];
      const listen = (event: PipelineFilterChangeEvent): unknown => seen.push(event);
      window.addEventListener('pipeline-filter-change', listen as EventListener);
      await open(filter);
      await click(box(filter, /^Leads/));
      await click(box(filter, /^Purchase/));
      await click(byRole(filter, 'radio', 'Is none of'));
      await click(box(filter, /^Leads/));
      window.removeEventListener('pipeline-filter-change', listen as EventListener);
      expect(seen.map((event) => event.filter)).to.deep.equal([
        anyOf('leads'),
        anyOf('leads', 'purchase'),
        noneOf('leads', 'purchase'),
        noneOf('purchase'),
      ]);
      expect(seen[0]!.composed).to.equal(true);
      expect(() => (seen[0]!.filter.statusIds as unknown[]).push('x')).to.throw(TypeError);
    });

    it('can be taken back by a host in the event, and the box shows it', async () => {
      const { filter } = await setUp(await inbox());
      filter.addEventListener('pipeline-filter-change', () => (filter.filter = anyOf()));
      await open(filter);
      await click(box(filter, /^Leads/));
      await filter.updateComplete;
      expect((box(filter, /^Leads/) as HTMLInputElement).checked).to.equal(false);
    });

    it('excludes with "Is none of", also when that is chosen first, and says so beside the button', async () => {
      const { filter, list } = await setUp(await inbox());
      const seen = changes(filter);
      await open(filter);
      await click(byRole(filter, 'radio', 'Is none of'));
      expect(seen).to.deep.equal([]);
      await click(box(filter, /^Leads/));
      await shows(list, 'c', 'd');
      expect(filter.filter).to.deep.equal(noneOf('leads'));
      const chosen = byRole(filter, 'group', 'Is none of');
      expect(chosen.textContent).to.match(/^\s*Not/);
    });

    it('stands beside the button in the order of the pipeline, each to be removed, and keeps focus', async () => {
      const { filter, list } = await setUp(await inbox());
      filter.filter = anyOf(null, 'purchase', 'leads');
      await shows(list, 'a', 'b', 'c', 'd');
      expect(chips(filter)).to.deep.equal([
        'Remove Leads from the filter',
        'Remove Purchase from the filter',
        'Remove No status from the filter',
      ]);
      await click(byRole(filter, 'button', 'Remove Purchase from the filter'));
      await shows(list, 'a', 'b', 'd');
      await until(() => deepActiveElement() === queryByRole(filter, 'button', 'Remove No status from the filter'));
      await sendKeys({ press: 'Enter' });
      await until(() => deepActiveElement() === queryByRole(filter, 'button', 'Remove Leads from the filter'));
      await sendKeys({ press: 'Enter' });
      await shows(list, 'a', 'b', 'c', 'd');
      await until(() => deepActiveElement() === queryByRole(filter, 'button', 'Filter by status'));
    });

    it('is cleared from beside the button and from the popup, by one button at a time', async () => {
      const { filter, list } = await setUp(await inbox());
      filter.filter = noneOf('leads', null);
      await shows(list, 'c');
      await click(byRole(filter, 'button', 'Clear filter'));
      await shows(list, 'a', 'b', 'c', 'd');
      await until(() => deepActiveElement() === byRole(filter, 'button', 'Filter by status'));
      filter.filter = noneOf('leads', null);
      await shows(list, 'c');
      await open(filter);
      const seen = changes(filter);
      await click(byRole(filter, 'button', 'Clear filter'));
      await shows(list, 'a', 'b', 'c', 'd');
      expect([filter.value, seen]).to.deep.equal(['', [anyOf()]]);
      await until(() => deepActiveElement() === queryByRole(filter, 'checkbox', /^Leads/));
      expect((byRole(filter, 'radio', 'Is any of') as HTMLInputElement).checked).to.equal(true);
    });
  });

  describe('what the host sets', () => {
    it('goes through a URL and back, whatever the ids', async () => {
      const { filter } = await setUp(new MemoryAdapter());
      const other = document.createElement('pipeline-filter');
      for (const value of [anyOf(PHONE, null), noneOf('a&b=c', 'd e%20f', '__proto__', '日本'), anyOf()]) {
        filter.filter = value;
        const url = new URL(`https://inbox.example/chats?${filter.value}`);
        other.setAttribute('value', url.search.slice(1));
        expect(other.filter).to.deep.equal(value);
      }
    });

    it('is read back as it was set, and cannot be changed behind its back', async () => {
      const { filter } = await setUp(await inbox());
      filter.filter = noneOf();
      expect(filter.filter).to.deep.equal(noneOf());
      const value = { op: 'none-of' as const, statusIds: ['leads', 'leads', null] };
      filter.filter = value;
      value.statusIds.length = 0;
      expect(filter.filter).to.deep.equal(noneOf('leads', null));
    });

    it('is warned of when it cannot be read, with what to write instead, and changes nothing', async () => {
      const { filter } = await setUp(await inbox());
      filter.filter = anyOf('leads');
      const { warn } = console;
      const warnings: unknown[] = [];
      console.warn = (text: unknown) => warnings.push(text);
      try {
        for (const value of [null, 7, { op: 'all-of', statusIds: [] }, { op: 'any-of', statusIds: 'leads' }]) {
          filter.filter = value as unknown as Filter;
        }
        filter.value = 'op=sometimes&status=leads';
        filter.setAttribute('of', 'people');
        filter.setAttribute('contact-match', 'best');
        await filter.updateComplete;
      } finally {
        console.warn = warn;
      }
      expect(filter.filter).to.deep.equal(anyOf('leads'));
      expect(warnings.join('\n'))
        .to.include("Write { op: 'any-of', statusIds: ['id', null] }")
        .and.include('Write value="op=any-of&status=ID"')
        .and.include('write "conversation" or "contact"')
        .and.include('write "any" or "latest"');
    });

    it('fires no event', async () => {
      const { filter } = await setUp(await inbox());
      const seen = changes(filter);
      filter.filter = anyOf('leads');
      filter.value = 'op=none-of&status=purchase';
      filter.setAttribute('value', LEADS);
      await filter.updateComplete;
      expect(seen).to.deep.equal([]);
    });

    it('before the element is upgraded is taken over', async () => {
      const early = document.createElement('pipeline-filter-late') as PipelineFilter;
      early.adapter = await inbox();
      early.filter = anyOf('leads');
      const parent = await fixture<HTMLElement>(html`<div></div>`);
      parent.append(early);
      customElements.define('pipeline-filter-late', class extends PipelineFilter {});
      await ready(early);
      expect(early.filter).to.deep.equal(anyOf('leads'));
      byRole(early, 'button', 'Filter by status, 1 selected');
    });

    it('is kept while the statuses are still loading, though none of them is known', async () => {
      const adapter = await inbox();
      const answer = hold(adapter, 'listStatuses');
      const filter = await fixture<PipelineFilter>(
        html`<pipeline-filter .adapter=${adapter} value=${LEADS}></pipeline-filter>`,
      );
      const seen = changes(filter);
      expect(filter.filter).to.deep.equal(anyOf('leads'));
      byRole(filter, 'button', 'Filter by status, 1 selected');
      answer();
      await ready(filter);
      expect([filter.filter, seen]).to.deep.equal([anyOf('leads'), []]);
      byRole(filter, 'button', 'Remove Leads from the filter');
    });
  });

  describe('a status that was deleted', () => {
    it('leaves the filter, which says so and tells the host', async () => {
      const adapter = await inbox();
      const { filter, list } = await setUp(adapter);
      filter.filter = anyOf('leads', 'purchase');
      await shows(list, 'a', 'b', 'c');
      const seen = changes(filter);
      await deleteStatus(adapter, 'leads');
      await until(() => message(filter) === 'Leads was deleted and removed from the filter.');
      await until(() => announced().includes('Leads was deleted and removed from the filter.'));
      await shows(list, 'c');
      expect(seen).to.deep.equal([anyOf('purchase')]);
      // The next change is the answer to it.
      await click(byRole(filter, 'button', 'Remove Purchase from the filter'));
      await until(() => message(filter) === '');
    });

    it('does not silently turn the filter into one that shows everything', async () => {
      const adapter = await inbox();
      const { filter, list } = await setUp(adapter);
      filter.filter = noneOf('leads');
      await shows(list, 'c', 'd');
      await deleteStatus(adapter, 'leads');
      await until(() => message(filter).startsWith('Leads was deleted'));
      await shows(list, 'a', 'b', 'c', 'd');
    });

    it('stays while the delete is on its way, and when it is refused', async () => {
      const adapter = await inbox();
      const { filter } = await setUp(adapter);
      filter.filter = anyOf('leads');
      const seen = changes(filter);
      let refuse = (_error: Error): void => undefined;
      adapter.deleteStatus = () => new Promise((_, reject) => (refuse = reject));
      const store = filter['stores'].store!;
      const deleted = Writes.of(store)
        .deleteStatus(store.status('leads')!, null)
        .catch(() => undefined);
      await until(() => !store.statuses.some(({ id }) => id === 'leads'));
      await filter.updateComplete;
      refuse(new PipelineError('offline', 'gone'));
      await deleted;
      await filter.updateComplete;
      expect([filter.filter, seen]).to.deep.equal([anyOf('leads'), []]);
    });

    it('before the page was opened leaves it too, once the statuses are there', async () => {
      const { filter } = await setUp(await inbox());
      filter.value = 'op=any-of&status=gone&status=leads';
      await until(() => message(filter) === 'A status that no longer exists was removed from the filter.');
      expect(filter.filter).to.deep.equal(anyOf('leads'));
    });

    it('but renamed shows its new name', async () => {
      const adapter = await inbox();
      const { filter } = await setUp(adapter);
      filter.filter = anyOf('leads');
      const [leads] = (await adapter.listStatuses()).items;
      await adapter.updateStatus('leads', { name: 'Prospects' }, { ifVersion: leads!.version });
      await until(() => queryByRole(filter, 'button', 'Remove Prospects from the filter'));
      expect(message(filter)).to.equal('');
    });
  });

  describe('for hosts with a list of their own', () => {
    it('judges, selects in order, and finds by page', async () => {
      const { filter } = await setUp(await inbox(), []);
      filter.filter = anyOf('leads', null);
      expect(await filter.select(['d', 'c', 'unknown', 'b', 'x/y', 'a'])).to.deep.equal([
        'd',
        'unknown',
        'b',
        'x/y',
        'a',
      ]);
      const first = await filter.find({ pageSize: 2 });
      expect(first.ids).to.deep.equal(['d', 'b']);
      const second = await filter.find({ pageSize: 2, pageToken: first.nextPageToken! });
      expect([second.ids, second.nextPageToken]).to.deep.equal([['a'], undefined]);
    });

    it('selects in the turn in which it was made, from the adapter that it was given', async () => {
      const parent = await fixture<HTMLElement>(html`<div></div>`);
      const filter = document.createElement('pipeline-filter');
      parent.append(filter);
      filter.adapter = await inbox();
      filter.filter = anyOf('leads');
      const selecting = filter.select(['a', 'c']);
      filter.filter = anyOf('purchase');
      expect(await selecting).to.deep.equal(['a']);
      expect((await filter.find()).ids).to.deep.equal(['c']);
    });

    it('waits for the provider around it to be upgraded', async () => {
      const database = `filter-${crypto.randomUUID()}`;
      const adapter = new IndexedDBAdapter({ database });
      await adapter.createStatus({ id: 'leads', name: 'Leads', color: '#2775f8' });
      await adapter.setStatus([{ conversationId: 'a' }], 'leads');
      const provider = await fixture<HTMLElement>(
        html`<pipeline-provider database=${database}><pipeline-filter></pipeline-filter></pipeline-provider>`,
      );
      const filter = provider.querySelector('pipeline-filter')!;
      filter.filter = anyOf('leads');
      const selecting = filter.select(['a', 'c']);
      await import('../pipeline-provider/define.js');
      expect(await selecting).to.deep.equal(['a']);
      await adapter.clear();
    });

    it('tells why it cannot look up or find', async () => {
      const adapter = await inbox();
      adapter.getEntries = () => Promise.reject(new PipelineError('offline', 'gone'));
      Object.assign(adapter, { find: undefined });
      const { filter } = await setUp(adapter, []);
      filter.filter = anyOf('leads');
      const codes = await Promise.all(
        [filter.select(['a']), filter.find(), document.createElement('pipeline-filter').find()].map((each) =>
          each.then(
            () => 'no error',
            (error: PipelineError) => error.code,
          ),
        ),
      );
      expect(codes).to.deep.equal(['offline', 'unknown', 'unavailable']);
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

    it('takes for an id what is known as one, even where it could be a selector', async () => {
      const adapter = await inbox();
      await adapter.setStatus([{ conversationId: 'Sari Dewi' }], 'leads');
      const { filter, list } = await setUp(adapter, ['Sari Dewi', 'c']);
      filter.filter = anyOf('leads');
      await shows(list, 'Sari Dewi');
      expect(filter.matches('Sari Dewi')).to.equal(true);
    });
  });

  describe('of contacts', () => {
    const IDS = ['two', 'one', 'unknown'];

    async function contacts(match: string, adapter: MemoryAdapter): Promise<{ filter: PipelineFilter; list: Element }> {
      const page = await fixture<HTMLElement>(html`
        <div>
          <pipeline-filter of="contact" contact-match=${match} for="rows" .adapter=${adapter}></pipeline-filter>
          <ul id="rows">
            ${IDS.map((id) => html`<li data-contact-id=${id}>${id}</li>`)}
            <li>No id</li>
          </ul>
        </div>
      `);
      const filter = page.querySelector('pipeline-filter')!;
      await ready(filter);
      return { filter, list: page.querySelector('ul')! };
    }

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
      it(`pass alike in the list, in select(), in matches() and in find(): ${match}`, async () => {
        const { filter, list } = await contacts(match, await inbox());
        const { filter: fresh } = await contacts(match, await inbox());
        fresh.htmlFor = null;
        for (const [, value, expected] of TABLE.filter(([each]) => each === match)) {
          filter.filter = value;
          fresh.filter = value;
          expect(await filter.select(IDS), filter.value).to.deep.equal(expected);
          expect(await fresh.select(IDS), `${filter.value}, looked up`).to.deep.equal(expected);
          await shows(list, ...expected);
          const matching = IDS.filter((id) => filter.matches(id));
          expect(matching, filter.value).to.deep.equal(expected);
          const known = expected.filter((id) => id !== 'unknown');
          expect([...(await filter.find()).ids].sort(), filter.value).to.deep.equal(known.sort());
        }
      });
    }

    it('follow their conversations, and another way to match', async () => {
      const adapter = await inbox();
      const { filter, list } = await contacts('any', adapter);
      filter.filter = anyOf('leads');
      await shows(list, 'two');
      await adapter.setStatus([{ conversationId: 'd' }], 'leads');
      await shows(list, 'two', 'one');
      filter.contactMatch = 'latest';
      await shows(list, 'one');
      filter.of = 'conversation';
      await shows(list, 'two', 'one', 'unknown');
    });

    it('are counted, and spoken of, as contacts', async () => {
      const { filter } = await contacts('any', await inbox());
      await open(filter);
      await until(() => queryByRole(filter, 'checkbox', 'Leads, 1 contact'));
      const changed = nextEvent(filter, 'pipeline-filter-change');
      await click(box(filter, 'No status, 1 contact'));
      expect((await changed).of).to.equal('contact');
      await until(() => announced().includes('2 contacts shown'));
    });

    it('have no filter where the adapter cannot look them up, and none is hidden', async () => {
      const adapter = await inbox();
      Object.assign(adapter, { getContacts: undefined });
      const { filter, list } = await contacts('any', adapter);
      filter.filter = anyOf('repurchase');
      filter.show();
      await filter.updateComplete;
      expect(allByRole(filter, 'button').length).to.equal(0);
      expect([await filter.select(IDS), filter.matches('two')]).to.deep.equal([IDS, true]);
      await shows(list, ...IDS);
    });
  });

  describe('in a form', () => {
    async function form(): Promise<{ form: HTMLFormElement; filter: PipelineFilter }> {
      const form = await fixture<HTMLFormElement>(html`
        <form>
          <fieldset>
            <label for="filter">Show</label>
            <pipeline-filter id="filter" name="filter" value=${LEADS} .adapter=${await inbox()}></pipeline-filter>
          </fieldset>
        </form>
      `);
      const filter = form.querySelector('pipeline-filter')!;
      await ready(filter);
      return { form, filter };
    }

    it('is its URL form, and nothing when it is empty', async () => {
      const { form: element, filter } = await form();
      expect(new FormData(element).get('filter')).to.equal(LEADS);
      filter.filter = anyOf();
      await filter.updateComplete;
      expect(new FormData(element).has('filter')).to.equal(false);
    });

    it('goes back to its attribute on reset, and to what the browser kept', async () => {
      const { form: element, filter } = await form();
      const seen = changes(filter);
      filter.filter = anyOf();
      element.reset();
      expect(filter.filter).to.deep.equal(anyOf('leads'));
      filter.formStateRestoreCallback('op=none-of&status=purchase');
      expect([filter.filter, seen]).to.deep.equal([noneOf('purchase'), []]);
    });

    it('is disabled with its fieldset, chips and all, and focused by its label', async () => {
      const { form: element, filter } = await form();
      await click(element.querySelector('label')!);
      await until(() => deepActiveElement() === queryByRole(filter, 'button', /^Filter by status/));
      element.querySelector('fieldset')!.disabled = true;
      await filter.updateComplete;
      expect(allByRole(filter, 'button').every((button) => button.matches(':disabled'))).to.equal(true);
    });

    it('does not submit it by a press of its buttons', async () => {
      const { form: element, filter } = await form();
      let submits = 0;
      element.addEventListener('submit', (event) => {
        event.preventDefault();
        submits++;
      });
      await open(filter);
      await sendKeys({ press: 'Enter' });
      await click(byRole(filter, 'button', 'Clear filter'));
      expect(submits).to.equal(0);
    });
  });
});
