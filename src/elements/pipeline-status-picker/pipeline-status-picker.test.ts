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
import type { SetResult } from '../../model/entry.js';
import './define.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';

const PHONE = '6281234567890@s.whatsapp.net';

async function pipeline(names = ['Leads', 'Purchase', 'Repurchase']): Promise<MemoryAdapter> {
  const adapter = new MemoryAdapter();
  const colors = ['#2775f8', '#03a74d', '#8b00f6'];
  for (const [i, name] of names.entries()) {
    await adapter.createStatus({ id: name.toLowerCase(), name, color: colors[i % 3]! });
  }
  return adapter;
}

async function picker(adapter: MemoryAdapter, conversationId = PHONE): Promise<PipelineStatusPicker> {
  const element = await fixture<PipelineStatusPicker>(
    html`<pipeline-status-picker .adapter=${adapter} conversation-id=${conversationId}></pipeline-status-picker>`,
  );
  await ready(element);
  return element;
}

const trigger = (element: Element): HTMLElement => byRole(element, 'combobox', 'Pipeline status');
const isReady = (element: Element): boolean => !element.matches(':state(loading)');
const ready = (element: Element): Promise<boolean> => until(() => isReady(element), 'the picker to load');
const shown = (element: Element): string => trigger(element).textContent.trim();
const options = (element: Element): string[] => allByRole(element, 'option').map((option) => option.textContent.trim());

async function statusOf(adapter: MemoryAdapter, id = PHONE): Promise<string | null | undefined> {
  return (await adapter.getEntries([id])).get(id)?.statusId;
}

async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await sendKeys({ press: key });
}

async function click(element: Element): Promise<void> {
  const { left, top, width, height } = element.getBoundingClientRect();
  await sendMouse({ type: 'click', position: [Math.round(left + width / 2), Math.round(top + height / 2)] });
}

describe('<pipeline-status-picker>', () => {
  describe('a conversation', () => {
    it('shows the status by name, and "No status" when there is none', async () => {
      const adapter = await pipeline();
      const element = await picker(adapter);
      expect(shown(element)).to.equal('No status');
      await adapter.setStatus([{ conversationId: PHONE }], 'leads');
      await until(() => shown(element) === 'Leads');
    });

    it('writes what is clicked, keeps the contact, and shows it at once', async () => {
      const adapter = await pipeline();
      const element = await picker(adapter);
      element.contactId = 'budi';
      await element.updateComplete;
      await ready(element);
      await click(trigger(element));
      await until(() => queryByRole(element, 'option', 'Purchase'));
      const changed = nextEvent(element, 'pipeline-status-change');
      await click(byRole(element, 'option', 'Purchase'));
      expect(shown(element)).to.equal('Purchase');
      const event = await changed;
      expect([event.conversationIds, event.from, event.to]).to.deep.equal([[PHONE], null, 'purchase']);
      expect(event.results[0]!.ok).to.equal(true);
      expect((await adapter.getEntries([PHONE])).get(PHONE)).to.include({ statusId: 'purchase', contactId: 'budi' });
      await until(() => announced().includes('Status changed to Purchase.'));
    });

    it('takes the status away with "No status", which `required` hides', async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: PHONE }], 'leads');
      const element = await picker(adapter);
      element.show();
      await until(() => queryByRole(element, 'option', 'No status'));
      expect(options(element)).to.deep.equal(['Leads', 'Purchase', 'Repurchase', 'No status']);
      await click(byRole(element, 'option', 'No status'));
      await until(() => shown(element) === 'No status');
      await until(async () => (await statusOf(adapter)) === null);
      element.required = true;
      element.show();
      await until(() => queryByRole(element, 'option', 'Leads'));
      expect(options(element)).to.deep.equal(['Leads', 'Purchase', 'Repurchase']);
    });

    it('writes nothing when the host cancels the pick', async () => {
      const adapter = await pipeline();
      const element = await picker(adapter);
      element.addEventListener('pipeline-before-status-change', (event) => event.preventDefault());
      element.show();
      await click(await until(() => queryByRole(element, 'option', 'Leads')));
      expect(shown(element)).to.equal('No status');
      expect(await statusOf(adapter)).to.equal(undefined);
    });

    it('takes a refused pick back, says why, and tells the host', async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: PHONE }], 'leads');
      const element = await picker(adapter);
      adapter.setStatus = () => Promise.reject(new PipelineError('forbidden', 'no'));
      const failed = nextEvent(element, 'pipeline-error');
      element.show();
      await click(await until(() => queryByRole(element, 'option', 'Purchase')));
      const event = await failed;
      expect([event.error.code, event.action]).to.deep.equal(['forbidden', 'set-status']);
      await until(() => shown(element) === 'Leads');
      const message = 'Status not changed. Still Leads. You are not allowed to do this.';
      expect(element.shadowRoot!.querySelector('[part=error]')!.textContent).to.equal(message);
      await until(() => announced().includes(message));
    });

    it('shows what the adapter kept when quick picks overtake each other: the last one', async () => {
      const adapter = await pipeline();
      const element = await picker(adapter);
      const write = adapter.setStatus.bind(adapter);
      const writes: (string | null)[] = [];
      adapter.setStatus = async (...args): Promise<readonly SetResult[]> => {
        writes.push(args[1]);
        await new Promise((resolve) => requestAnimationFrame(resolve));
        return write(...args);
      };
      const second = await picker(adapter);
      for (const [target, name] of [
        [element, 'Leads'],
        [second, 'Purchase'],
        [element, 'Repurchase'],
      ] as const) {
        target.show();
        (await until(() => queryByRole(target, 'option', name))).click();
      }
      await until(async () => (await statusOf(adapter)) === 'repurchase');
      await until(() => !element.matches(':state(saving)'));
      expect([shown(element), shown(second)]).to.deep.equal(['Repurchase', 'Repurchase']);
      expect(writes.at(-1)).to.equal('repurchase');
    });

    it('offers to take a pick back, and does', async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: PHONE }], 'leads');
      const element = await picker(adapter);
      element.show();
      await click(await until(() => queryByRole(element, 'option', 'Purchase')));
      await click(await until(() => queryByRole(element, 'button', 'Undo')));
      await until(() => shown(element) === 'Leads');
      await until(async () => (await statusOf(adapter)) === 'leads');
      expect(queryByRole(element, 'button', 'Undo')).to.equal(undefined);
    });

    it('withdraws the undo when someone else changes the status meanwhile', async () => {
      const adapter = await pipeline();
      const element = await picker(adapter);
      element.show();
      await click(await until(() => queryByRole(element, 'option', 'Purchase')));
      await until(() => queryByRole(element, 'button', 'Undo'));
      await adapter.setStatus([{ conversationId: PHONE }], 'repurchase');
      await until(() => shown(element) === 'Repurchase');
      expect(queryByRole(element, 'button', 'Undo')).to.equal(undefined);
    });

    it('follows when a status is renamed, recoloured or deleted elsewhere', async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: PHONE }], 'leads');
      const element = await picker(adapter);
      const [leads] = (await adapter.listStatuses()).items;
      const renamed = await adapter.updateStatus('leads', { name: 'Prospects' }, { ifVersion: leads!.version });
      await until(() => shown(element) === 'Prospects');
      await adapter.deleteStatus('leads', { ifVersion: renamed.version, moveTo: 'purchase' });
      await until(() => shown(element) === 'Purchase');
    });

    it('shows another conversation when the host changes the id', async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: 'other' }], 'purchase');
      const element = await picker(adapter);
      element.conversationId = 'other';
      await until(() => isReady(element) && shown(element) === 'Purchase');
    });

    it('warns of an id that no adapter takes, and does not disturb the other pickers', async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: PHONE }], 'leads');
      await fixture(html`<pipeline-status-picker .adapter=${adapter} conversation-id="a/b"></pipeline-status-picker>`);
      expect(shown(await picker(adapter))).to.equal('Leads');
    });

    it('says since when, under the inbox name', async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: PHONE }], 'leads');
      const read = adapter.getEntries.bind(adapter);
      const threeDays = 3 * 24 * 60 * 60 * 1000;
      adapter.getEntries = async (ids) =>
        new Map([...(await read(ids))].map(([id, entry]) => [id, { ...entry, changedAt: Date.now() - threeDays }]));
      const element = await fixture<PipelineStatusPicker>(
        html`<pipeline-status-picker
          .adapter=${adapter}
          conversation-id=${PHONE}
          placement="details"
        ></pipeline-status-picker>`,
      );
      await ready(element);
      expect(element.shadowRoot!.textContent).to.include('for 3 days');
      element.locale = 'id';
      await until(() => element.shadowRoot!.textContent.includes('selama 3 hari'));
    });
  });

  it('costs one list and at most three look-ups for 500 of them on one page', async () => {
    const adapter = await pipeline();
    const calls = { listStatuses: 0, getEntries: 0 };
    for (const method of ['listStatuses', 'getEntries'] as const) {
      const original = adapter[method].bind(adapter) as () => Promise<never>;
      adapter[method] = (...args: []) => (calls[method]++, original(...args));
    }
    const page = await fixture<HTMLElement>(
      html`<div>
        ${Array.from(
          { length: 500 },
          (_, i) =>
            html`<pipeline-status-picker .adapter=${adapter} conversation-id=${`c${i}`}></pipeline-status-picker>`,
        )}
      </div>`,
    );
    await until(() => [...page.children].every((each) => each.shadowRoot && isReady(each)), 'all to load');
    expect(calls.listStatuses).to.equal(1);
    expect(calls.getEntries).to.be.at.most(3);
  });

  describe('several conversations', () => {
    it('shows "Mixed", writes all of them at once, and undoes each to its own', async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: 'a' }], 'leads');
      await adapter.setStatus([{ conversationId: 'b' }], 'purchase');
      const element = await fixture<PipelineStatusPicker>(
        html`<pipeline-status-picker
          .adapter=${adapter}
          .conversations=${[{ conversationId: 'a' }, { conversationId: 'b' }]}
        ></pipeline-status-picker>`,
      );
      await ready(element);
      expect(shown(element)).to.equal('Mixed');
      element.show();
      await until(() => queryByRole(element, 'option', 'Leads'));
      expect(allByRole(element, 'option').every((option) => option.ariaSelected === 'false')).to.equal(true);
      await click(byRole(element, 'option', 'Repurchase'));
      await until(() => shown(element) === 'Repurchase');
      await click(await until(() => queryByRole(element, 'button', 'Undo')));
      await until(() => shown(element) === 'Mixed');
      await until(
        async () => (await statusOf(adapter, 'a')) === 'leads' && (await statusOf(adapter, 'b')) === 'purchase',
      );
    });

    it('says how many were refused and still tells of those that were not', async () => {
      const adapter = await pipeline();
      const write = adapter.setStatus.bind(adapter);
      adapter.setStatus = async (refs, statusId, options) => {
        const results = await write(refs, statusId, options);
        const error = new PipelineError('forbidden', 'no');
        return results.map((result, i) => (i ? result : { conversationId: result.conversationId, ok: false, error }));
      };
      const element = await fixture<PipelineStatusPicker>(
        html`<pipeline-status-picker
          .adapter=${adapter}
          .conversations=${[{ conversationId: 'a' }, { conversationId: 'b' }]}
        ></pipeline-status-picker>`,
      );
      await ready(element);
      element.show();
      const changed = nextEvent(element, 'pipeline-status-change');
      await click(await until(() => queryByRole(element, 'option', 'Leads')));
      expect((await changed).results.map((result: SetResult) => result.ok)).to.deep.equal([false, true]);
      await until(() => element.shadowRoot!.textContent.includes('1 conversation was not changed.'));
    });
  });

  describe('the keyboard', () => {
    it('opens on the current option, moves without wrapping, and picks', async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: PHONE }], 'purchase');
      const element = await picker(adapter);
      element.focus();
      await press('Enter');
      await until(() => deepActiveElement()?.textContent?.trim() === 'Purchase');
      await press('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown');
      expect(deepActiveElement()!.textContent.trim()).to.equal('No status');
      await press('Home', 'ArrowUp');
      expect(deepActiveElement()!.textContent.trim()).to.equal('Leads');
      await press('End', 'ArrowUp', 'Space');
      await until(() => shown(element) === 'Repurchase');
      expect(deepActiveElement()).to.equal(trigger(element));
    });

    it('opens with the arrows, Home and End where they say', async () => {
      const element = await picker(await pipeline());
      for (const [key, name] of [
        ['ArrowDown', 'No status'],
        ['ArrowUp', 'Leads'],
        ['Home', 'Leads'],
        ['End', 'No status'],
      ] as const) {
        element.focus();
        await press(key);
        await until(() => deepActiveElement()?.textContent?.trim() === name, `${key} to reach ${name}`);
        await press('Escape');
        expect(deepActiveElement()).to.equal(trigger(element));
      }
    });

    it('finds an option by typing its name, a space in the name included', async () => {
      const element = await picker(await pipeline(['New', 'New order', 'Old']));
      element.focus();
      await sendKeys({ type: 'new o' });
      await until(() => deepActiveElement()?.textContent?.trim() === 'New order');
      await press('Escape');
      expect(shown(element)).to.equal('No status');
    });

    it('closes on Escape and on Tab without a pick, and Tab goes on to the neighbour', async () => {
      const adapter = await pipeline();
      const element = await picker(adapter);
      const after = document.createElement('textarea');
      element.after(after);
      element.focus();
      await press('ArrowDown');
      await until(() => deepActiveElement()?.role === 'option');
      await press('ArrowUp', 'Tab');
      expect(deepActiveElement()).to.equal(after);
      expect(allByRole(element, 'option')).to.deep.equal([]);
      expect(await statusOf(adapter)).to.equal(undefined);
    });

    it('leaves Escape to the dialog around it only when it is closed itself', async () => {
      const adapter = await pipeline();
      const dialog = await fixture<HTMLDialogElement>(
        html`<dialog>
          <pipeline-status-picker .adapter=${adapter} conversation-id=${PHONE}></pipeline-status-picker>
        </dialog>`,
      );
      dialog.showModal();
      const element = dialog.querySelector('pipeline-status-picker')!;
      await ready(element);
      element.focus();
      await press('ArrowDown');
      await until(() => deepActiveElement()?.role === 'option');
      await press('Escape');
      expect(dialog.open).to.equal(true);
      await press('Escape');
      expect(dialog.open).to.equal(false);
    });

    it('searches above the threshold, with focus in the field', async () => {
      const names = Array.from({ length: 13 }, (_, i) => `Step ${i + 1}`);
      const element = await picker(await pipeline([...names, 'Café']));
      element.focus();
      await press('Enter');
      const field = await until(() => queryByRole(element, 'combobox', 'Search statuses'));
      await until(() => deepActiveElement() === field);
      await sendKeys({ type: 'cafe' });
      await until(() => options(element).length === 1);
      expect(options(element)).to.deep.equal(['Café']);
      await until(() => announced().includes('1 status found'));
      await press('Enter');
      await until(() => shown(element) === 'Café');
      expect(deepActiveElement()).to.equal(trigger(element));
    });

    it('keeps focus in the list when the focused option is deleted elsewhere', async () => {
      const adapter = await pipeline();
      const element = await picker(adapter);
      element.focus();
      await press('Home');
      await until(() => deepActiveElement()?.textContent?.trim() === 'Leads');
      const [leads] = (await adapter.listStatuses()).items;
      await adapter.deleteStatus('leads', { ifVersion: leads!.version });
      await until(() => options(element).length === 3);
      await until(() => deepActiveElement()?.role === 'option');
      expect(deepActiveElement()!.textContent.trim()).to.equal('Purchase');
    });
  });

  describe('the popup', () => {
    it('opens above the text area in the composer, below in the details, and stays on the screen', async () => {
      const adapter = await pipeline();
      for (const [placement, isAbove] of [
        ['composer', true],
        ['details', false],
      ] as const) {
        const box = await fixture<HTMLElement>(
          html`<div>
            <pipeline-status-picker
              .adapter=${adapter}
              conversation-id=${PHONE}
              placement=${placement}
            ></pipeline-status-picker>
          </div>`,
        );
        box.style.cssText = 'position:fixed;inset-block-start:50%;inset-inline-end:0;inline-size:110px';
        const element = box.querySelector('pipeline-status-picker')!;
        await ready(element);
        element.show();
        const popup = await until(() => element.shadowRoot!.querySelector<HTMLElement>(':popover-open'));
        const area = popup.getBoundingClientRect();
        const anchor = trigger(element).getBoundingClientRect();
        expect(isAbove ? area.bottom <= anchor.top : area.top >= anchor.bottom, placement).to.equal(true);
        expect(area.right).to.be.at.most(window.innerWidth);
        expect(area.left).to.be.at.least(0);
      }
    });

    it('closes when pressed outside, and a second press on the pill closes instead of opening again', async () => {
      const element = await picker(await pipeline());
      await click(trigger(element));
      await until(() => queryByRole(element, 'listbox'));
      await click(trigger(element));
      await until(() => !queryByRole(element, 'listbox'));
      await click(trigger(element));
      await until(() => queryByRole(element, 'listbox'));
      await sendMouse({ type: 'click', position: [5, window.innerHeight - 5] });
      await until(() => !queryByRole(element, 'listbox'));
    });

    it('says so when there are no statuses, and offers to try again when they cannot be read', async () => {
      const empty = await picker(new MemoryAdapter());
      empty.show();
      await until(() => empty.shadowRoot!.textContent.includes('No statuses yet'));

      const broken = await pipeline();
      const list = broken.listStatuses.bind(broken);
      broken.listStatuses = () => Promise.reject(new PipelineError('unavailable', 'down'));
      const element = await fixture<PipelineStatusPicker>(
        html`<pipeline-status-picker .adapter=${broken} conversation-id=${PHONE}></pipeline-status-picker>`,
      );
      await until(() => element.matches(':state(error)'));
      element.show();
      const retry = await until(() => queryByRole(element, 'button', 'Try again'));
      broken.listStatuses = list;
      await click(retry);
      await until(() => queryByRole(element, 'option', 'Leads'));
    });
  });

  describe('as a form control', () => {
    it('takes part in a form: value, reset, required, disabled fieldset, label', async () => {
      const adapter = await pipeline();
      const form = await fixture<HTMLFormElement>(html`
        <form>
          <label for="stage">Stage</label>
          <fieldset>
            <pipeline-status-picker
              id="stage"
              name="stage"
              value="leads"
              required
              .adapter=${adapter}
            ></pipeline-status-picker>
          </fieldset>
        </form>
      `);
      const element = form.querySelector('pipeline-status-picker')!;
      await ready(element);
      const button = byRole(element, 'combobox');
      expect(button.ariaLabelledByElements).to.deep.equal([form.querySelector('label')]);
      expect(new FormData(form).get('stage')).to.equal('leads');
      expect(button.textContent.trim()).to.equal('Leads');

      const events: string[] = [];
      for (const type of ['input', 'change']) form.addEventListener(type, (event) => events.push(event.type));
      await click(form.querySelector('label')!);
      expect(deepActiveElement()).to.equal(button);
      element.show();
      await click(await until(() => queryByRole(element, 'option', 'Purchase')));
      await element.updateComplete;
      expect(new FormData(form).get('stage')).to.equal('purchase');
      expect(events).to.deep.equal(['input', 'change']);

      form.reset();
      await element.updateComplete;
      expect(element.value).to.equal('leads');
      element.value = null;
      await element.updateComplete;
      expect(form.checkValidity()).to.equal(false);
      form.querySelector('fieldset')!.disabled = true;
      await element.updateComplete;
      expect((button as HTMLButtonElement).disabled).to.equal(true);
    });
  });

  it('works when properties were set before the upgrade', async () => {
    const adapter = await pipeline();
    const early = document.createElement('div');
    early.innerHTML = '<early-picker></early-picker>';
    const element = early.firstElementChild as HTMLElement & { adapter: MemoryAdapter; value: string };
    element.adapter = adapter;
    element.value = 'purchase';
    document.body.append(early);
    const { PipelineStatusPicker: Base } = await import('./pipeline-status-picker.js');
    customElements.define('early-picker', class extends Base {});
    await until(() => queryByRole(element, 'combobox') && shown(element) === 'Purchase');
    early.remove();
  });

  for (const scheme of ['light', 'dark']) {
    it(`is accessible closed, open, readonly and with search, in ${scheme}`, async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: PHONE }], 'leads');
      const page = await fixture<HTMLElement>(html`<main></main>`);
      page.style.cssText = `color-scheme:${scheme};background:Canvas;padding:20px`;
      const element = await picker(adapter);
      page.append(element);
      await ready(element);
      await expect(element).to.be.accessible();
      element.show();
      await until(() => deepActiveElement()?.role === 'option');
      await expect(element).to.be.accessible();
      element.hide();
      element.readonly = true;
      await element.updateComplete;
      await expect(element).to.be.accessible();
      element.readonly = false;
      element.searchThreshold = 1;
      element.show();
      await until(() => queryByRole(element, 'combobox', 'Search statuses'));
      await expect(element).to.be.accessible();
    });
  }
});
