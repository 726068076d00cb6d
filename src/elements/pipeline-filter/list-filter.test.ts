/** The list of a host, which the filter hides and shows rows of. */
import { expect, fixture, html } from '@open-wc/testing';
import { announced, queryByRole, until } from '../../../test/support.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import { RowVisibility } from './row-visibility.js';
import type { PipelineFilter } from './pipeline-filter.js';
import {
  anyOf,
  box,
  click,
  deleteStatus,
  hold,
  inbox,
  noneOf,
  open,
  ready,
  row,
  setUp,
  settled,
  shown,
  shows,
} from './test-inbox.js';

describe('<pipeline-filter for>', () => {
  describe('rows changed by the host', () => {
    it('filters rows that are added later, change their id, or lose it', async () => {
      const { filter, list } = await setUp(await inbox(), ['a']);
      filter.filter = anyOf('purchase');
      await shows(list);
      const late = row('c', 'late');
      list.prepend(late);
      await shows(list, 'late');
      late.dataset['conversationId'] = 'b';
      await shows(list);
      late.removeAttribute('data-conversation-id');
      await shows(list, 'late');
    });

    it('filters nested rows, and those added together with their parent', async () => {
      const { filter, list } = await setUp(await inbox(), []);
      filter.filter = anyOf('leads');
      const item = document.createElement('section');
      item.append(row('a'), row('c'));
      list.prepend(item);
      await shows(list, 'a');
      item.firstElementChild!.append(row('d', 'inner'));
      await until(() => item.querySelectorAll<HTMLElement>('li')[1]!.hidden);
    });

    it('hides a row again before it is painted when a framework rerenders it', async () => {
      const { filter, list } = await setUp(await inbox());
      filter.filter = anyOf('leads');
      await shows(list, 'a', 'b');
      const c = list.querySelectorAll('li')[2]!;
      c.hidden = false;
      await Promise.resolve();
      await new Promise((resolve) => requestAnimationFrame(resolve));
      expect(c.hidden).to.equal(true);
      // The status is loaded, so this happens immediately: a recycled row must not show a wrong item.
      const a = list.querySelector('li')!;
      a.dataset['conversationId'] = 'c';
      await Promise.resolve();
      expect(a.hidden).to.equal(true);
    });

    it('keeps the state of moved rows, and shows rows removed from the list', async () => {
      const { filter, list } = await setUp(await inbox());
      filter.filter = anyOf('leads');
      await shows(list, 'a', 'b');
      const [a, , c] = list.querySelectorAll('li');
      list.prepend(c!);
      list.append(a!);
      await settled();
      expect([a!.hidden, c!.hidden]).to.deep.equal([false, true]);
      c!.remove();
      await until(() => !c!.hidden);
      document.body.append(c!);
      await settled();
      expect(c!.hidden).to.equal(false);
      c!.remove();
    });

    it('does not touch rows without an id, the list itself, or the content of a row', async () => {
      const { filter, list } = await setUp(await inbox());
      list.dataset['conversationId'] = 'c';
      const icon = document.createElement('span');
      icon.hidden = true;
      list.querySelector('li')!.append(icon);
      const empty = row('', 'empty');
      list.prepend(empty);
      filter.filter = anyOf('leads');
      await shows(list, 'empty', 'a', 'b');
      icon.hidden = false;
      list.dataset['conversationId'] = 'd';
      await settled();
      expect([icon.hidden, list.hidden]).to.deep.equal([false, false]);
    });
  });

  describe('rows hidden by the host', () => {
    it('stay hidden when the filter is cleared or removed, unlike those that the filter hid', async () => {
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
      expect(shown(list)).to.deep.equal(['a', 'c', 'd', 'No id']);
      expect([a!.hidden, b!.hidden]).to.deep.equal([false, true]);
    });

    it('stay hidden if the host hid them while the filter did too', async () => {
      const { filter, list } = await setUp(await inbox());
      filter.filter = anyOf('leads');
      await shows(list, 'a', 'b');
      list.querySelectorAll('li')[2]!.hidden = true;
      await settled();
      filter.filter = anyOf('purchase', null);
      await shows(list, 'd');
    });

    it('are hidden by the filter if the host shows them again', async () => {
      const { filter, list } = await setUp(await inbox());
      const c = list.querySelectorAll('li')[2]!;
      c.hidden = true;
      filter.filter = anyOf('leads');
      await shows(list, 'a', 'b');
      c.hidden = false;
      await until(() => c.hidden);
      filter.filter = anyOf('purchase');
      await shows(list, 'c');
    });

    it('do not make two filters of one list loop', async () => {
      const adapter = await inbox();
      const { filter, list } = await setUp(adapter);
      const other = document.createElement('pipeline-filter');
      other.adapter = adapter;
      other.htmlFor = 'rows';
      filter.after(other);
      await ready(other);
      filter.filter = noneOf('leads');
      other.filter = noneOf('purchase');
      await shows(list, 'd');
      filter.filter = anyOf();
      await shows(list, 'a', 'b', 'd');
      other.filter = anyOf();
      await shows(list, 'a', 'b', 'c', 'd');
    });
  });

  describe('the list', () => {
    it('may be added after the filter, be replaced, and lose its id', async () => {
      const { filter, list } = await setUp(await inbox());
      const parent = list.parentElement!;
      list.remove();
      filter.filter = anyOf('leads');
      await filter.updateComplete;
      parent.append(list);
      await shows(list, 'a', 'b');
      const next = list.cloneNode(true) as HTMLElement;
      for (const each of next.querySelectorAll('li')) each.hidden = false;
      list.replaceWith(next);
      await shows(next, 'a', 'b');
      expect(shown(list)).to.deep.equal(['a', 'b', 'c', 'd', 'No id']);
      next.id = 'other';
      await shows(next, 'a', 'b', 'c', 'd');
      filter.setAttribute('for', 'other');
      await shows(next, 'a', 'b');
      filter.removeAttribute('for');
      await shows(next, 'a', 'b', 'c', 'd');
    });

    it('is looked up in the shadow root of the filter, not in the document', async () => {
      const { list } = await setUp(await inbox());
      const host = await fixture<HTMLElement>(html`<div></div>`);
      const root = host.attachShadow({ mode: 'open' });
      const filter = document.createElement('pipeline-filter');
      filter.adapter = await inbox();
      filter.htmlFor = 'rows';
      filter.filter = anyOf('leads');
      const inside = list.cloneNode(true) as HTMLElement;
      root.append(filter, inside);
      await shows(inside, 'a', 'b');
      expect(shown(list)).to.deep.equal(['a', 'b', 'c', 'd', 'No id']);
    });

    it('is filtered again after the filter was removed and put back', async () => {
      const { filter, list } = await setUp(await inbox());
      filter.filter = anyOf('leads');
      await shows(list, 'a', 'b');
      filter.remove();
      expect(shown(list)).to.deep.equal(['a', 'b', 'c', 'd', 'No id']);
      list.before(filter);
      await shows(list, 'a', 'b');
    });

    it('is released when the filter is cleared: rows added later are not looked up', async () => {
      const adapter = await inbox();
      const { filter, list } = await setUp(adapter);
      filter.filter = anyOf('leads');
      await shows(list, 'a', 'b');
      filter.filter = anyOf();
      await shows(list, 'a', 'b', 'c', 'd');
      await settled();
      let reads = 0;
      const read = adapter.getEntries.bind(adapter);
      adapter.getEntries = (ids) => (reads++, read(ids));
      list.prepend(row('new'));
      await settled();
      expect(reads).to.equal(0);
    });

    it('is filtered by the new adapter after a change', async () => {
      const { filter, list } = await setUp(await inbox());
      filter.filter = anyOf('leads');
      await shows(list, 'a', 'b');
      const other = await inbox();
      await other.setStatus([{ conversationId: 'd' }], 'leads');
      filter.adapter = other;
      await shows(list, 'a', 'b', 'd');
    });
  });

  describe('statuses', () => {
    it('that change, from anywhere, show and hide rows immediately', async () => {
      const adapter = await inbox();
      const { filter, list } = await setUp(adapter);
      filter.filter = anyOf('leads');
      await shows(list, 'a', 'b');
      await adapter.setStatus([{ conversationId: 'd' }], 'leads');
      await shows(list, 'a', 'b', 'd');
      await adapter.setStatus([{ conversationId: 'a' }], null);
      await shows(list, 'b', 'd');
    });

    it('that are deleted move their conversations to the other status', async () => {
      const adapter = await inbox();
      const { filter, list } = await setUp(adapter);
      filter.filter = anyOf('purchase');
      await shows(list, 'c');
      await deleteStatus(adapter, 'leads', 'purchase');
      await shows(list, 'a', 'b', 'c');
    });

    it('that are not loaded yet leave the rows as they are', async () => {
      const adapter = await inbox();
      const answer = hold(adapter, 'getEntries');
      const { filter, list } = await setUp(adapter);
      filter.filter = anyOf('leads');
      await settled();
      expect(shown(list)).to.have.length(5);
      answer();
      await shows(list, 'a', 'b');
    });

    it('are absent for an invalid id, which does not affect the others', async () => {
      const { filter, list } = await setUp(await inbox(), ['a', 'x/y', 'c']);
      filter.filter = anyOf('leads');
      await shows(list, 'a');
      filter.filter = anyOf(null);
      await shows(list, 'x/y');
    });

    it('that cannot be loaded show an error with a retry button', async () => {
      const adapter = await inbox();
      const read = adapter.getEntries.bind(adapter);
      adapter.getEntries = () => Promise.reject(new PipelineError('offline', 'gone'));
      const { filter, list } = await setUp(adapter);
      filter.filter = anyOf('leads');
      const retry = await until(() => queryByRole(filter, 'button', 'Try again'));
      expect(filter.matches(':state(error)')).to.equal(true);
      expect(shown(list)).to.have.length(5);
      adapter.getEntries = read;
      await click(retry);
      await shows(list, 'a', 'b');
      await until(() => !queryByRole(filter, 'button', 'Try again') && !filter.matches(':state(error)'));
    });
  });

  describe('announcements', () => {
    it('give the number of shown rows once it is known, without those the host hides', async () => {
      const adapter = await inbox();
      const answer = hold(adapter, 'getEntries');
      const { filter, list } = await setUp(adapter);
      list.querySelector('li')!.hidden = true;
      await open(filter);
      await click(box(filter, /^Leads/));
      await settled();
      answer();
      await shows(list, 'b');
      await until(() => announced().includes('1 conversation shown'));
      await click(box(filter, /^Leads/));
      await until(() => announced().includes('3 conversations shown'));
    });
  });

  describe('10,000 rows', () => {
    const IDS = Array.from({ length: 10_000 }, (_, i) => `row-${i}`);

    async function crowd(): Promise<{ filter: PipelineFilter; list: HTMLElement; lookedUp: Id[] }> {
      const adapter = await inbox();
      const tenth = IDS.filter((_, i) => i % 10 === 0);
      await adapter.setStatus(
        tenth.map((conversationId) => ({ conversationId })),
        'leads',
      );
      const lookedUp: Id[] = [];
      const read = adapter.getEntries.bind(adapter);
      adapter.getEntries = (ids) => (lookedUp.push(...ids), read(ids));
      return { ...(await setUp(adapter, IDS)), lookedUp };
    }

    const countShown = (list: Element): number => list.querySelectorAll('li:not([hidden])').length;

    /** The number of rows that each frame wrote, until `n` rows are shown. */
    async function frames(list: HTMLElement, n: number): Promise<number[]> {
      const written: number[] = [];
      const observer = new MutationObserver((records) => written.push(records.length));
      observer.observe(list, { subtree: true, attributeFilter: ['hidden'] });
      const end = performance.now() + 20_000;
      while (countShown(list) !== n && performance.now() < end) await settled();
      observer.disconnect();
      expect(countShown(list)).to.equal(n);
      return written;
    }

    for (const [display, order] of [
      // Hiding or showing a row moves all rows below it.
      ['block', { hidden: 'last first', shown: 'first first' }],
      // Chromium, when it hides a list item, searches for the next shown one past all hidden ones.
      ['list-item', { hidden: 'first first', shown: 'first first' }],
    ] as const) {
      it(`are hidden and shown in the order that is fastest in the browser (${display})`, async () => {
        const rows = IDS.slice(0, 2000).map((id) => row(id));
        for (const each of rows) each.style.display = display;
        const sheet = document.createElement('style');
        sheet.textContent = '[hidden] { display: none !important }';
        const list = await fixture<HTMLElement>(
          html`<ul>
            ${rows}${sheet}
          </ul>`,
        );
        let passes = true;
        let settle = (): void => undefined;
        const filter = new RowVisibility(list, 'data-conversation-id', {
          passes: () => passes,
          watch: () => () => undefined,
          onSettled: () => settle(),
        });
        const written: Node[] = [];
        new MutationObserver((records) => written.push(...records.map(({ target }) => target))).observe(list, {
          subtree: true,
          attributeFilter: ['hidden'],
        });
        const run = async (to: boolean): Promise<string> => {
          written.length = 0;
          passes = to;
          filter.refresh();
          await new Promise<void>((resolve) => (settle = resolve));
          await Promise.resolve();
          if (written.every((each, i) => each === rows[i])) return 'first first';
          return written.every((each, i) => each === rows.at(-1 - i)) ? 'last first' : 'mixed';
        };
        expect({ hidden: await run(false), shown: await run(true) }).to.deep.equal(order);
        filter.close();
      });
    }

    it("are not read in the task that starts the filter, which handles the user's click", async () => {
      const list = document.createElement('ul');
      list.append(...IDS.map((id) => row(id)));
      let watched = 0;
      const settled = new Promise<void>((resolve) => {
        const filter = new RowVisibility(list, 'data-conversation-id', {
          passes: () => true,
          watch: () => (watched++, () => undefined),
          onSettled: () => {
            filter.close();
            resolve();
          },
        });
      });
      expect(watched).to.equal(0);
      await settled;
      expect(watched).to.equal(10_000);
    });

    it('are looked up once, and hidden and shown over several frames', async function () {
      this.timeout(60_000);
      const { filter, list, lookedUp } = await crowd();
      for (const [value, n] of [
        [anyOf('leads'), 1001],
        [noneOf('leads'), 9001],
        // All adjacent rows: doing this at once freezes Chromium.
        [anyOf('repurchase'), 1],
        [anyOf(), 10_001],
      ] as const) {
        filter.filter = value;
        const written = await frames(list, n);
        expect(Math.max(...written), `rows in a frame, ${filter.value}`).to.be.at.most(2000);
        expect(written.length, `frames, ${filter.value}`).to.be.at.least(5);
      }
      expect(lookedUp.length).to.equal(10_000);
    });

    it('are not all checked when one changes', async function () {
      this.timeout(60_000);
      const { filter, list } = await crowd();
      filter.filter = anyOf('leads');
      await frames(list, 1001);
      for (let i = 0; i < 5; i++) await settled();
      let asked = 0;
      const store = filter['stores'].store!;
      const entry = store.entry.bind(store);
      store.entry = (id) => (asked++, entry(id));
      await filter.adapter!.setStatus([{ conversationId: 'row-5' }], 'leads');
      await frames(list, 1002);
      Reflect.deleteProperty(store, 'entry');
      expect(asked).to.be.below(10);
    });
  });
});
