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
  describe('rows that the host changes', () => {
    it('includes rows that come later, that change their id, and that lose it', async () => {
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

    it('includes rows deep inside, and those that are added with what holds them', async () => {
      const { filter, list } = await setUp(await inbox(), []);
      filter.filter = anyOf('leads');
      const item = document.createElement('section');
      item.append(row('a'), row('c'));
      list.prepend(item);
      await shows(list, 'a');
      item.firstElementChild!.append(row('d', 'inner'));
      await until(() => item.querySelectorAll<HTMLElement>('li')[1]!.hidden);
    });

    it('hides again what a framework shows by rendering the row anew, before it is painted', async () => {
      const { filter, list } = await setUp(await inbox());
      filter.filter = anyOf('leads');
      await shows(list, 'a', 'b');
      const c = list.querySelectorAll('li')[2]!;
      c.hidden = false;
      await Promise.resolve();
      await new Promise((resolve) => requestAnimationFrame(resolve));
      expect(c.hidden).to.equal(true);
      // Known already, so at once: a recycled row shows nothing that does not belong there.
      const a = list.querySelector('li')!;
      a.dataset['conversationId'] = 'c';
      await Promise.resolve();
      expect(a.hidden).to.equal(true);
    });

    it('keeps rows that are moved, and lets go of those that leave', async () => {
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

    it('leaves rows without an id, the list itself, and what is inside a row alone', async () => {
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

  describe('rows that the host hides', () => {
    it('stay hidden, and those that the filter hid show again when it is emptied or removed', async () => {
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

    it('stay hidden when the host hid them while the filter did too', async () => {
      const { filter, list } = await setUp(await inbox());
      filter.filter = anyOf('leads');
      await shows(list, 'a', 'b');
      list.querySelectorAll('li')[2]!.hidden = true;
      await settled();
      filter.filter = anyOf('purchase', null);
      await shows(list, 'd');
    });

    it('are hidden by the filter when the host shows them again', async () => {
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

    it('do not make two filters of one list fight', async () => {
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
    it('may come after the filter, be replaced, and lose its id', async () => {
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

    it('is found in the shadow root of the filter, not in the page', async () => {
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

    it('is followed again when the filter is taken away and put back', async () => {
      const { filter, list } = await setUp(await inbox());
      filter.filter = anyOf('leads');
      await shows(list, 'a', 'b');
      filter.remove();
      expect(shown(list)).to.deep.equal(['a', 'b', 'c', 'd', 'No id']);
      list.before(filter);
      await shows(list, 'a', 'b');
    });

    it('is let go when nothing is filtered any more: what comes then is not looked up', async () => {
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

    it('follows another adapter', async () => {
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
    it('that change show and hide at once, from anywhere', async () => {
      const adapter = await inbox();
      const { filter, list } = await setUp(adapter);
      filter.filter = anyOf('leads');
      await shows(list, 'a', 'b');
      await adapter.setStatus([{ conversationId: 'd' }], 'leads');
      await shows(list, 'a', 'b', 'd');
      await adapter.setStatus([{ conversationId: 'a' }], null);
      await shows(list, 'b', 'd');
    });

    it('that are deleted take their conversations where they went', async () => {
      const adapter = await inbox();
      const { filter, list } = await setUp(adapter);
      filter.filter = anyOf('purchase');
      await shows(list, 'c');
      await deleteStatus(adapter, 'leads', 'purchase');
      await shows(list, 'a', 'b', 'c');
    });

    it('that are not known yet leave the rows as they are', async () => {
      const adapter = await inbox();
      const answer = hold(adapter, 'getEntries');
      const { filter, list } = await setUp(adapter);
      filter.filter = anyOf('leads');
      await settled();
      expect(shown(list)).to.have.length(5);
      answer();
      await shows(list, 'a', 'b');
    });

    it('of an id that no adapter takes are none, and do not spoil the others', async () => {
      const { filter, list } = await setUp(await inbox(), ['a', 'x/y', 'c']);
      filter.filter = anyOf('leads');
      await shows(list, 'a');
      filter.filter = anyOf(null);
      await shows(list, 'x/y');
    });

    it('that cannot be read are said to be, and read again', async () => {
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

  describe('what is spoken', () => {
    it('is how many are shown, once it is known, and not those that the host hides', async () => {
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

    /** How many rows each frame wrote, until `n` of them are shown. */
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
      // Each that goes would move all below it, each that comes too.
      ['block', { hidden: 'last first', shown: 'first first' }],
      // Each that goes would look for the next one past all that went.
      ['list-item', { hidden: 'first first', shown: 'first first' }],
    ] as const) {
      it(`are hidden and shown in the order that costs the browser least (${display})`, async () => {
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

    it('are not gone through in the turn in which the filter begins: a press waits for it', async () => {
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

    it('are looked up once, and written a part in each frame, whether they go or come back', async function () {
      this.timeout(60_000);
      const { filter, list, lookedUp } = await crowd();
      for (const [value, n] of [
        [anyOf('leads'), 1001],
        [noneOf('leads'), 9001],
        // One after the other: what freezes Chromium when it is done at once.
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

    it('are not gone through when one changes', async function () {
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
