/** The popup: keyboard, mouse, search, and changes while it is open. */
import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys, sendMouse } from '@web/test-runner-commands';
import { emulateMediaFeatures, isChromium } from '../../../test/commands.js';
import { allByRole, announced, byRole, deepActiveElement, queryByRole, until } from '../../../test/support.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineFilter } from './pipeline-filter.js';
import {
  addMany,
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
  settled,
  shows,
} from './test-inbox.js';

const focusIsOn = (find: () => Element | undefined): Promise<boolean> =>
  until(() => deepActiveElement() !== null && deepActiveElement() === find(), 'the focus to be there');

/** A boolean, because the runner takes minutes to print an element in a failed assertion. */
const isOpen = (filter: PipelineFilter): boolean => queryByRole(filter, 'checkbox') !== undefined;

const press = (key: string): Promise<void> => sendKeys({ press: key });

describe('<pipeline-filter> popup', () => {
  describe('the keyboard', () => {
    it('focuses the first checked box, moves with the arrow keys, toggles with Space, and closes with Escape', async () => {
      const { filter } = await setUp(await inbox());
      filter.filter = anyOf('purchase');
      filter.focus();
      await press('Enter');
      await focusIsOn(() => queryByRole(filter, 'checkbox', /^Purchase/));
      await press('ArrowUp');
      await press(' ');
      expect(filter.filter).to.deep.equal(anyOf('purchase', 'leads'));
      await press('ArrowUp');
      await focusIsOn(() => queryByRole(filter, 'checkbox', /^Leads/));
      await press('End');
      await focusIsOn(() => queryByRole(filter, 'checkbox', /^No status/));
      await press('ArrowDown');
      await focusIsOn(() => queryByRole(filter, 'checkbox', /^No status/));
      await press('Home');
      await focusIsOn(() => queryByRole(filter, 'checkbox', /^Leads/));
      await press('Escape');
      await focusIsOn(() => queryByRole(filter, 'button', 'Filter by status, 2 selected'));
      expect(isOpen(filter)).to.equal(false);
      await press(' ');
      await focusIsOn(() => queryByRole(filter, 'checkbox', /^Leads/));
    });

    it('moves with Tab through condition, search, boxes and Clear, then closes', async () => {
      const adapter = await inbox();
      await addMany(adapter);
      const { filter } = await setUp(adapter);
      filter.filter = anyOf(null);
      filter.focus();
      await press('Enter');
      await focusIsOn(() => queryByRole(filter, 'checkbox', /^No status/));
      await press('Tab');
      await focusIsOn(() => queryByRole(filter, 'button', 'Clear filter'));
      box(filter, /^Leads/).focus();
      await sendKeys({ down: 'Shift' });
      await press('Tab');
      await focusIsOn(() => queryByRole(filter, 'searchbox', 'Search statuses'));
      await press('Tab');
      await focusIsOn(() => queryByRole(filter, 'radio', 'Is any of'));
      await press('Tab');
      await focusIsOn(() => queryByRole(filter, 'button', 'Filter by status, 1 selected'));
      await sendKeys({ up: 'Shift' });
      byRole(filter, 'button', 'Clear filter').focus();
      await press('Tab');
      await focusIsOn(() => queryByRole(filter, 'button', 'Remove No status from the filter'));
      expect(isOpen(filter)).to.equal(false);
    });

    it('closes on a second Enter or Space on the button', async () => {
      const { filter } = await setUp(await inbox());
      const trigger = byRole(filter, 'button', 'Filter by status');
      for (const key of ['Enter', ' ']) {
        trigger.focus();
        await press(key);
        await focusIsOn(() => queryByRole(filter, 'checkbox', /^Leads/));
        trigger.focus();
        await press(key);
        await until(() => !isOpen(filter));
        await focusIsOn(() => trigger);
      }
    });

    it('has no single-letter shortcut, which speech input would trigger', async () => {
      const { filter } = await setUp(await inbox());
      filter.focus();
      await sendKeys({ type: 'sfcl1' });
      await filter.updateComplete;
      expect([isOpen(filter), filter.value]).to.deep.equal([false, '']);
    });

    it('changes the condition with the arrow keys', async () => {
      const { filter } = await setUp(await inbox());
      filter.filter = anyOf('leads');
      await open(filter);
      byRole(filter, 'radio', 'Is any of').focus();
      await press('ArrowRight');
      expect(filter.filter).to.deep.equal(noneOf('leads'));
    });

    it('does not close a surrounding dialog on Escape', async () => {
      const dialog = await fixture<HTMLDialogElement>(
        html`<dialog><pipeline-filter .adapter=${await inbox()}></pipeline-filter></dialog>`,
      );
      dialog.showModal();
      const filter = dialog.querySelector('pipeline-filter')!;
      await ready(filter);
      await open(filter);
      await focusIsOn(() => queryByRole(filter, 'checkbox', /^Leads/));
      await press('Escape');
      await until(() => !queryByRole(filter, 'checkbox'));
      expect(dialog.open).to.equal(true);
    });
  });

  describe('the mouse', () => {
    it('closes on a second click of the button, and on a click elsewhere', async () => {
      const { filter, list } = await setUp(await inbox());
      const trigger = byRole(filter, 'button', 'Filter by status');
      await click(trigger);
      await until(() => queryByRole(filter, 'checkbox'));
      expect([trigger.ariaExpanded, filter.matches(':state(open)')]).to.deep.equal(['true', true]);
      await click(trigger);
      await until(() => !queryByRole(filter, 'checkbox'));
      await click(trigger);
      await until(() => queryByRole(filter, 'checkbox'));
      await click(list.lastElementChild!);
      await until(() => !queryByRole(filter, 'checkbox'));
      expect([trigger.ariaExpanded, filter.matches(':state(open)')]).to.deep.equal(['false', false]);
    });

    it('keeps the scroll position when a box is checked and the counts change', async () => {
      const adapter = await inbox();
      await addMany(adapter, 60);
      const { filter } = await setUp(adapter);
      await open(filter);
      const group = filter.shadowRoot!.querySelector('.group')!;
      group.scrollTop = 300;
      await click(allByRole(filter, 'checkbox').find((each) => each.getBoundingClientRect().top > 200)!);
      await adapter.setStatus([{ conversationId: 'new' }], 's1');
      await until(() => queryByRole(filter, 'checkbox', 'Step 1, 1 conversation'));
      expect(group.scrollTop).to.equal(300);
    });

    it('stays inside the screen: the list scrolls and the Clear button stays visible', async () => {
      const adapter = await inbox();
      await addMany(adapter, 100);
      const { filter } = await setUp(adapter);
      await open(filter);
      const { left, right, bottom } = filter.shadowRoot!.querySelector('.popup')!.getBoundingClientRect();
      expect(left).to.be.at.least(0);
      expect(right).to.be.at.most(innerWidth);
      expect(bottom).to.be.at.most(innerHeight);
      expect(byRole(filter, 'button', 'Clear filter').getBoundingClientRect().bottom).to.be.at.most(bottom);
    });
  });

  describe('the search', () => {
    async function searching(): Promise<PipelineFilter> {
      const adapter = await inbox();
      await addMany(adapter);
      await adapter.createStatus({ id: 'long', name: 'Waiting for the customer', color: '#056f62' });
      const { filter } = await setUp(adapter);
      await open(filter);
      byRole(filter, 'searchbox', 'Search statuses').focus();
      return filter;
    }

    it('appears only above the threshold', async () => {
      const adapter = await inbox();
      await addMany(adapter, 9);
      const { filter } = await setUp(adapter);
      await open(filter);
      expect(allByRole(filter, 'searchbox').length).to.equal(0);
      filter.setAttribute('search-threshold', '11');
      await until(() => queryByRole(filter, 'searchbox'));
    });

    it('announces the number of results, leads to them with ArrowDown, and keeps the width', async () => {
      const filter = await searching();
      const width = filter.shadowRoot!.querySelector<HTMLElement>('.popup')!.offsetWidth;
      await sendKeys({ type: 'repur' });
      await until(() => allByRole(filter, 'checkbox').length === 1);
      await until(() => announced().includes('1 status found'));
      expect(filter.shadowRoot!.querySelector<HTMLElement>('.popup')!.offsetWidth).to.equal(width);
      await press('ArrowDown');
      await press(' ');
      expect(filter.filter).to.deep.equal(anyOf('repurchase'));
    });

    it('shows what it did not find, and a button to clear the search', async () => {
      const filter = await searching();
      let inputs = 0;
      filter.addEventListener('input', () => inputs++);
      await sendKeys({ type: 'xyz' });
      await until(() => filter.shadowRoot!.textContent.includes('No status matches “xyz”'));
      await until(() => announced().includes('No status matches “xyz”'));
      await click(byRole(filter, 'button', 'Clear search'));
      await until(() => allByRole(filter, 'checkbox').length === 17);
      await focusIsOn(() => queryByRole(filter, 'searchbox'));
      expect(inputs).to.equal(0);
    });

    it('is empty again each time the popup opens', async () => {
      const filter = await searching();
      await sendKeys({ type: 'repur' });
      await press('Escape');
      await open(filter);
      await until(() => allByRole(filter, 'checkbox').length === 17);
    });
  });

  describe('when someone else changes the statuses', () => {
    it('shows a new, a renamed and a moved status without losing focus', async () => {
      const adapter = await inbox();
      const { filter } = await setUp(adapter);
      await open(filter);
      const [leads] = (await adapter.listStatuses()).items;
      await adapter.updateStatus('leads', { name: 'Prospects' }, { ifVersion: leads!.version });
      await until(() => queryByRole(filter, 'checkbox', /^Prospects/));
      await adapter.moveStatus('leads', 'repurchase');
      await until(() => allByRole(filter, 'checkbox')[2]?.ariaLabel?.startsWith('Prospects'));
      await focusIsOn(() => queryByRole(filter, 'checkbox', /^Prospects/));
      await adapter.createStatus({ id: 'new', name: 'New', color: '#000000', after: null });
      await until(() => allByRole(filter, 'checkbox')[0]?.ariaLabel?.startsWith('New'));
      await focusIsOn(() => queryByRole(filter, 'checkbox', /^Prospects/));
    });

    it('moves focus from a deleted status to its neighbor', async () => {
      const adapter = await inbox();
      const { filter } = await setUp(adapter);
      await open(filter);
      await press('ArrowDown');
      await focusIsOn(() => queryByRole(filter, 'checkbox', /^Purchase/));
      await deleteStatus(adapter, 'purchase');
      await focusIsOn(() => queryByRole(filter, 'checkbox', /^Repurchase/));
    });

    it('updates the counts without moving focus', async () => {
      const adapter = await inbox();
      const { filter } = await setUp(adapter);
      await open(filter);
      await until(() => queryByRole(filter, 'checkbox', 'Leads, 2 conversations'));
      await adapter.setStatus([{ conversationId: 'c' }], 'leads');
      await until(() => queryByRole(filter, 'checkbox', 'Leads, 3 conversations'));
      await focusIsOn(() => queryByRole(filter, 'checkbox', /^Leads/));
    });

    it('does not read counts while the popup is closed', async () => {
      const adapter = await inbox();
      let counted = 0;
      const count = adapter.count.bind(adapter);
      adapter.count = (query) => (counted++, count(query));
      const { filter } = await setUp(adapter);
      await sendMouse({ type: 'move', position: [700, 500] });
      await adapter.setStatus([{ conversationId: 'c' }], 'leads');
      await settled();
      expect(counted).to.equal(0);
      await open(filter);
      await until(() => queryByRole(filter, 'checkbox', 'Leads, 3 conversations'));
      expect(counted).to.equal(1);
    });

    it('keeps a selected status when its count changes from and to zero', async () => {
      const adapter = await inbox();
      const { filter, list } = await setUp(adapter);
      await open(filter);
      await click(await until(() => queryByRole(filter, 'checkbox', 'Repurchase, 0 conversations')));
      await shows(list);
      await adapter.setStatus([{ conversationId: 'd' }], 'repurchase');
      await shows(list, 'd');
      const chosen = await until(() => queryByRole(filter, 'checkbox', 'Repurchase, 1 conversation'));
      expect((chosen as HTMLInputElement).checked).to.equal(true);
      await adapter.setStatus([{ conversationId: 'd' }], null);
      await shows(list);
      await until(() => queryByRole(filter, 'checkbox', 'Repurchase, 0 conversations'));
      expect(filter.filter).to.deep.equal(anyOf('repurchase'));
    });

    it('has no counts if the adapter cannot count', async () => {
      const adapter = await inbox();
      Object.assign(adapter, { count: undefined });
      const { filter } = await setUp(adapter);
      await open(filter);
      box(filter, 'Leads');
      expect(filter.shadowRoot!.querySelectorAll('.count').length).to.equal(0);
    });
  });

  describe('before the statuses are loaded', () => {
    it('shows placeholders, announces loading after a second, and then focuses the first box', async () => {
      const adapter = await inbox();
      const answer = hold(adapter, 'listStatuses');
      const filter = await fixture<PipelineFilter>(html`<pipeline-filter .adapter=${adapter}></pipeline-filter>`);
      byRole(filter, 'button', 'Filter by status').click();
      const group = await until(() => queryByRole(filter, 'group', 'Filter by status'));
      expect([group.ariaBusy, filter.matches(':state(loading)')]).to.deep.equal(['true', true]);
      await until(() => announced().includes('Loading statuses'));
      answer();
      await focusIsOn(() => queryByRole(filter, 'checkbox', /^Leads/));
      expect(group.ariaBusy).to.equal('false');
    });

    it('shows the error, retries, and then focuses the first box', async () => {
      const adapter = await inbox();
      const list = adapter.listStatuses.bind(adapter);
      adapter.listStatuses = () => Promise.reject(new PipelineError('offline', 'down'));
      const filter = await fixture<PipelineFilter>(html`<pipeline-filter .adapter=${adapter}></pipeline-filter>`);
      await until(() => filter.matches(':state(error)'));
      byRole(filter, 'button', 'Filter by status').click();
      await focusIsOn(() => queryByRole(filter, 'button', 'Try again'));
      expect(filter.shadowRoot!.textContent).to.include('No connection.');
      await press('Enter');
      await until(() => announced().includes('The statuses could not be loaded.'));
      adapter.listStatuses = list;
      await press('Enter');
      await focusIsOn(() => queryByRole(filter, 'checkbox', /^Leads/));
    });

    it('keeps the loaded statuses usable when a reload fails, and shows the error', async () => {
      const adapter = await inbox();
      const list = adapter.listStatuses.bind(adapter);
      const { filter } = await setUp(adapter);
      adapter.listStatuses = () => Promise.reject(new PipelineError('offline', 'down'));
      await filter['stores'].store!.retry();
      expect(filter.matches(':state(error)')).to.equal(true);
      await open(filter);
      expect(filter.shadowRoot!.textContent).to.include('The statuses could not be loaded.');
      await click(box(filter, /^Leads/));
      expect(filter.filter).to.deep.equal(anyOf('leads'));
      adapter.listStatuses = list;
      await click(byRole(filter, 'button', 'Try again'));
      await until(() => !queryByRole(filter, 'button', 'Try again') && !filter.matches(':state(error)'));
      expect(allByRole(filter, 'checkbox')).to.have.length(4);
    });

    it('shows that there are none yet', async () => {
      const { filter } = await setUp(new MemoryAdapter());
      await open(filter);
      expect(filter.shadowRoot!.textContent).to.include('No statuses yet');
      expect(filter.matches(':state(empty)')).to.equal(true);
    });
  });

  it('closes when the filter is disabled or removed from the page', async () => {
    const { filter, list } = await setUp(await inbox());
    await open(filter);
    filter.disabled = true;
    await until(() => !queryByRole(filter, 'checkbox'));
    filter.show();
    await filter.updateComplete;
    expect(isOpen(filter)).to.equal(false);
    filter.disabled = false;
    await filter.updateComplete;
    await open(filter);
    filter.remove();
    list.before(filter);
    await filter.updateComplete;
    expect(isOpen(filter)).to.equal(false);
  });

  it('changes its language and its strings without losing focus', async () => {
    const { filter } = await setUp(await inbox());
    await open(filter);
    await press('ArrowDown');
    const focused = deepActiveElement()!;
    filter.parentElement!.lang = 'id';
    await until(() => queryByRole(filter, 'checkbox', 'Leads, 2 percakapan'));
    byRole(filter, 'button', 'Filter menurut status');
    await focusIsOn(() => focused);
    filter.strings = { noStatus: 'Belum ada' };
    await until(() => queryByRole(filter, 'checkbox', 'Belum ada, 1 percakapan'));
    await focusIsOn(() => focused);
  });

  it('keeps the search text when its language or its strings change', async () => {
    const adapter = await inbox();
    await addMany(adapter);
    const { filter } = await setUp(adapter);
    await open(filter);
    const search = byRole(filter, 'searchbox', 'Search statuses') as HTMLInputElement;
    search.focus();
    await sendKeys({ type: 'step 1' });
    await until(() => allByRole(filter, 'checkbox').length === 3);
    search.setSelectionRange(2, 4);
    const isKept = (): void => {
      expect([search.isConnected, search.value, search.selectionStart, search.selectionEnd]).to.deep.equal([
        true,
        'step 1',
        2,
        4,
      ]);
      expect(deepActiveElement() === search).to.equal(true);
      expect(allByRole(filter, 'checkbox')).to.have.length(3);
    };
    filter.parentElement!.lang = 'id';
    await until(() => queryByRole(filter, 'searchbox', 'Cari status'));
    isKept();
    filter.strings = { search: 'Cari di sini' };
    await until(() => queryByRole(filter, 'searchbox', 'Cari di sini'));
    isKept();
    filter.locale = 'en';
    await until(() => queryByRole(filter, 'button', 'Clear filter'));
    isKept();
  });

  for (const scheme of ['light', 'dark', 'forced']) {
    it(`is accessible closed, open, filtered and while searching, in ${scheme} colors`, async function () {
      if (scheme === 'forced' && !isChromium) this.skip();
      if (scheme === 'forced') await emulateMediaFeatures({ 'forced-colors': 'active' });
      const adapter = await inbox();
      await addMany(adapter);
      const { filter } = await setUp(adapter);
      filter.parentElement!.style.cssText = `color-scheme:${scheme === 'dark' ? 'dark' : 'light'};background:Canvas;padding:20px`;
      await expect(filter).to.be.accessible();
      filter.filter = noneOf('leads', null);
      await filter.updateComplete;
      await expect(filter).to.be.accessible();
      await open(filter);
      await expect(filter).to.be.accessible();
      byRole(filter, 'searchbox', 'Search statuses').focus();
      await sendKeys({ type: 'xyz' });
      await until(() => queryByRole(filter, 'button', 'Clear search'));
      await expect(filter).to.be.accessible();
    });
  }
});
