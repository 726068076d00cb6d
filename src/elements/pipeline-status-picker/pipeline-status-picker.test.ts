/** Tests of what the picker shows. */
import { expect, fixture, html } from '@open-wc/testing';
import { announced, byRole, deepActiveElement, nextEvent, queryByRole, until } from '../../../test/support.js';
import { PipelineError } from '../../model/errors.js';
import type { MemoryAdapter } from '../../adapters/memory.js';
import { PHONE, pipeline, picker, trigger, isReady, ready, shown, options, statusOf, click } from './test-picker.js';

describe('<pipeline-status-picker>', () => {
  describe('a conversation', () => {
    it('has its status in the first frame if the adapter answers from memory', async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: PHONE }], 'leads');
      const element = document.createElement('pipeline-status-picker');
      Object.assign(element, { adapter, conversationId: PHONE });
      document.body.append(element);
      await new Promise(requestAnimationFrame);
      expect(shown(element)).to.equal('Leads');
      element.remove();
    });

    it('shows a placeholder, and can have focus, while loading', async () => {
      const adapter = await pipeline();
      adapter.getEntries = () => new Promise(() => undefined);
      const element = document.createElement('pipeline-status-picker');
      Object.assign(element, { adapter, conversationId: PHONE });
      document.body.append(element);
      await element.updateComplete;
      expect(isReady(element)).to.equal(false);
      element.focus();
      expect(deepActiveElement()).to.equal(trigger(element));
      element.remove();
    });

    it('shows the status by name, and "No status" when there is none', async () => {
      const adapter = await pipeline();
      const element = await picker(adapter);
      expect(shown(element)).to.equal('No status');
      await adapter.setStatus([{ conversationId: PHONE }], 'leads');
      await until(() => shown(element) === 'Leads');
    });

    it('writes the clicked status with the contact, and shows it at once', async () => {
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

    it('removes the status with "No status", which `required` hides', async () => {
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

    it('updates when someone else renames, recolors or deletes a status', async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: PHONE }], 'leads');
      const element = await picker(adapter);
      const [leads] = (await adapter.listStatuses()).items;
      const renamed = await adapter.updateStatus('leads', { name: 'Prospects' }, { ifVersion: leads!.version });
      await until(() => shown(element) === 'Prospects');
      await adapter.deleteStatus('leads', { ifVersion: renamed.version, moveTo: 'purchase' });
      await until(() => shown(element) === 'Purchase');
    });

    it('fires an error event when the status cannot be read, also after the conversation changed', async () => {
      const adapter = await pipeline();
      adapter.getEntries = () => Promise.reject(new PipelineError('offline', 'no'));
      const element = document.createElement('pipeline-status-picker');
      const page = await fixture<HTMLElement>(html`<div></div>`);
      element.adapter = adapter;
      for (const id of ['a', 'b']) {
        const told = nextEvent(page, 'pipeline-error');
        element.conversationId = id;
        page.append(element);
        const { error, action } = await told;
        expect([error.code, action]).to.deep.equal(['offline', 'load']);
        await until(() => element.matches(':state(error)'));
      }
    });

    it('shows another conversation when the page changes the id', async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: 'other' }], 'purchase');
      const element = await picker(adapter);
      element.conversationId = 'other';
      await until(() => isReady(element) && shown(element) === 'Purchase');
    });

    it('warns of an invalid id, and does not affect other pickers', async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: PHONE }], 'leads');
      await fixture(html`<pipeline-status-picker .adapter=${adapter} conversation-id="a/b"></pipeline-status-picker>`);
      expect(shown(await picker(adapter))).to.equal('Leads');
    });
  });

  it('reads the list once and makes at most three look-ups for 500 pickers', async () => {
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
