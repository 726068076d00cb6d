/** Tests of a change from the click to the result, and of undo. */
import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys, sendMouse } from '@web/test-runner-commands';
import { announced, deepActiveElement, nextEvent, queryByRole, until } from '../../../test/support.js';
import { PipelineError } from '../../model/errors.js';
import {
  PHONE,
  click,
  hold,
  option,
  options,
  pick,
  picker,
  pipeline,
  press,
  problem,
  ready,
  shown,
  statusOf,
  trigger,
} from './test-picker.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';

const undo = (element: Element): HTMLElement | undefined => queryByRole(element, 'button', 'Undo');
const isSaving = (element: Element): boolean => element.matches(':state(saving)');

describe('<pipeline-status-picker> status change', () => {
  it('writes nothing and fires no other event when the page cancels it', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'purchase');
    const element = await picker(adapter);
    const writes = hold(adapter);
    const heard: string[] = [];
    for (const type of ['input', 'change', 'pipeline-status-change', 'pipeline-error'] as const) {
      element.addEventListener(type, () => heard.push(type));
    }
    const about: unknown[] = [];
    element.addEventListener('pipeline-before-status-change', (event) => {
      about.push(event.conversationIds, event.from, event.to, shown(element));
      event.preventDefault();
    });
    await pick(element, 'Leads');
    await element.updateComplete;
    expect(about).to.deep.equal([[PHONE], 'purchase', 'leads', 'Purchase']);
    expect([writes.length, shown(element), isSaving(element)]).to.deep.equal([0, 'Purchase', false]);
    expect(heard).to.deep.equal([]);
    expect(deepActiveElement() === trigger(element)).to.equal(true);
  });

  it('fires events that leave every shadow root, before and after the write, in this order', async () => {
    const adapter = await pipeline();
    const page = await fixture<HTMLElement>(html`<div></div>`);
    const root = page.attachShadow({ mode: 'open' });
    const element = document.createElement('pipeline-status-picker');
    element.adapter = adapter;
    element.conversationId = PHONE;
    root.append(element);
    await ready(element);
    const heard: string[] = [];
    for (const type of ['pipeline-before-status-change', 'pipeline-status-change'] as const) {
      page.addEventListener(type, (event) => {
        heard.push(`${event.type} ${event.from} ${event.to} ${'results' in event ? event.results.length : ''}`);
      });
    }
    page.addEventListener('input', () => heard.push('input'));
    element.addEventListener('change', () => heard.push('change'));
    const changed = nextEvent(page, 'pipeline-status-change');
    await pick(element, 'Leads');
    const { results } = await changed;
    expect(heard).to.deep.equal([
      'pipeline-before-status-change null leads ',
      'input',
      'change',
      'pipeline-status-change null leads 1',
    ]);
    const result = results[0]!;
    expect(result.ok && [result.conversationId, result.entry.statusId]).to.deep.equal([PHONE, 'leads']);
    expect(Object.isFrozen(results)).to.equal(true);
  });

  it('writes nothing when the selected status is chosen again', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'leads');
    const element = await picker(adapter);
    const writes = hold(adapter);
    element.addEventListener('pipeline-before-status-change', () => expect.fail('there is no change'));
    await pick(element, 'Leads');
    expect(writes.length).to.equal(0);
    expect(!queryByRole(element, 'listbox')).to.equal(true);
  });

  it('is shown at once as saving, however long the adapter takes', async () => {
    const adapter = await pipeline();
    const element = await picker(adapter);
    const other = await picker(adapter);
    const [write] = await (async () => {
      const writes = hold(adapter);
      await pick(element, 'Leads');
      return writes;
    })();
    await element.updateComplete;
    await other.updateComplete;
    for (const each of [element, other]) {
      expect([shown(each), isSaving(each), trigger(each).ariaBusy]).to.deep.equal(['Leads', true, 'true']);
    }
    expect(getComputedStyle(element.shadowRoot!.querySelector('.swatch')!).animationName).to.equal('pulse');
    expect(!undo(element)).to.equal(true);
    write!.go();
    await until(() => !isSaving(element));
    expect([shown(element), trigger(element).ariaBusy, problem(element)]).to.deep.equal(['Leads', null, undefined]);
  });

  it('is rolled back when it fails, with the reason beside the pill and an error event', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'leads');
    const element = await picker(adapter);
    const writes = hold(adapter);
    const failed = nextEvent(element, 'pipeline-error');
    await pick(element, 'Purchase');
    await until(() => isSaving(element));
    writes[0]!.refuse(new PipelineError('forbidden', 'no'));
    const event = await failed;
    expect([event.error.code, event.action]).to.deep.equal(['forbidden', 'set-status']);
    await until(() => shown(element) === 'Leads');
    const message = 'Status not changed. Still Leads. You are not allowed to do this.';
    await until(() => problem(element) === message);
    await until(() => announced().includes(message));
    expect(element.matches(':state(error)')).to.equal(true);
    // The message describes the control.
    const described = element.shadowRoot!.getElementById(trigger(element).getAttribute('aria-describedby')!);
    expect(described!.textContent.trim()).to.equal(message);
    expect(deepActiveElement() === trigger(element)).to.equal(true);
    expect(!undo(element)).to.equal(true);
    // Opening the list clears the message.
    await press('Enter');
    await until(() => !element.matches(':state(error)'));
    expect(problem(element)).to.equal(undefined);
    expect(trigger(element).hasAttribute('aria-describedby')).to.equal(false);
  });

  it('succeeds without a response if the change arrived in the meantime', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'leads');
    const element = await picker(adapter);
    const apply = adapter.setStatus.bind(adapter);
    const writes = hold(adapter);
    const errors: string[] = [];
    element.addEventListener('pipeline-error', ({ error }) => errors.push(error.code));
    const changed = nextEvent(element, 'pipeline-status-change');
    await pick(element, 'Purchase');
    await until(() => isSaving(element));
    await apply([{ conversationId: PHONE }], 'purchase');
    writes[0]!.refuse(new PipelineError('timeout', 'no answer'));
    expect((await changed).results.map(({ ok }) => ok)).to.deep.equal([true]);
    await until(() => undo(element));
    expect([shown(element), isSaving(element), problem(element)]).to.deep.equal(['Purchase', false, undefined]);
    await until(() => announced().includes('Status changed to Purchase.'));
    expect(errors).to.deep.equal([]);
  });

  it('is rolled back without a response, until the change arrives', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'leads');
    const element = await picker(adapter);
    const apply = adapter.setStatus.bind(adapter);
    const writes = hold(adapter);
    await pick(element, 'Purchase');
    await until(() => isSaving(element));
    writes[0]!.refuse(new PipelineError('timeout', 'no answer'));
    const message = 'Status not changed. Still Leads. The server did not answer in time.';
    await until(() => problem(element) === message);
    expect([shown(element), isSaving(element)]).to.deep.equal(['Leads', false]);
    await apply([{ conversationId: PHONE }], 'purchase');
    await until(() => shown(element) === 'Purchase');
    await element.updateComplete;
    expect([problem(element), element.matches(':state(error)')]).to.deep.equal([undefined, false]);
    await until(() => announced().includes('Status changed to Purchase.'));
  });

  it('that failed does not count as successful because of an older change or one of other conversations', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'leads');
    const element = await picker(adapter);
    const apply = adapter.setStatus.bind(adapter);
    const writes = hold(adapter);
    await pick(element, 'Purchase');
    await pick(element, 'Leads');
    // The first write succeeded without a response, so the known status looks as if the second had succeeded.
    writes[0]!.refuse(new PipelineError('timeout', 'no answer'));
    await until(() => writes.length === 2);
    writes[1]!.refuse(new PipelineError('timeout', 'no answer'));
    const message = 'Status not changed. Still Leads. The server did not answer in time.';
    await until(() => problem(element) === message);
    await apply([{ conversationId: PHONE }], 'repurchase');
    await until(() => shown(element) === 'Repurchase');
    // It has another status since, so the message is out of date.
    await until(() => problem(element) === undefined);
    expect(announced()).to.equal(message);
  });

  it('ends at the last of fifty quick changes, with at most one in flight and one queued', async () => {
    const adapter = await pipeline();
    const element = await picker(adapter);
    const writes = hold(adapter);
    const names = Array.from({ length: 50 }, (_, i) => ['Leads', 'Purchase', 'Repurchase'][i % 3]!);
    for (const name of names) await pick(element, name);
    expect(shown(element)).to.equal('Purchase');
    expect(writes.length).to.equal(1);
    writes[0]!.go();
    await until(() => writes.length === 2);
    expect(writes[1]!.statusId).to.equal('purchase');
    writes[1]!.go();
    await until(() => !isSaving(element));
    expect(writes.length).to.equal(2);
    expect([shown(element), await statusOf(adapter)]).to.deep.equal(['Purchase', 'purchase']);
    await until(() => announced().includes('Status changed to Purchase.'));
    expect(problem(element)).to.equal(undefined);
  });

  it('shows the last change on every picker when responses arrive out of order', async () => {
    const adapter = await pipeline();
    const [element, second] = [await picker(adapter), await picker(adapter)];
    const writes = hold(adapter);
    await pick(element, 'Leads');
    await pick(second, 'Purchase');
    await pick(element, 'Repurchase');
    writes[0]!.go();
    await until(() => writes.length === 2);
    writes[1]!.go();
    await until(() => !isSaving(element));
    expect([shown(element), shown(second), await statusOf(adapter)]).to.deep.equal([
      'Repurchase',
      'Repurchase',
      'repurchase',
    ]);
  });

  it('does not report a failed change that a later one has superseded', async () => {
    const adapter = await pipeline();
    const element = await picker(adapter);
    const writes = hold(adapter);
    const failed = nextEvent(element, 'pipeline-error');
    await pick(element, 'Leads');
    await pick(element, 'Purchase');
    writes[0]!.refuse(new PipelineError('unavailable', 'down'));
    await failed;
    await until(() => writes.length === 2);
    writes[1]!.go();
    await until(() => undo(element));
    expect([shown(element), problem(element)]).to.deep.equal(['Purchase', undefined]);
  });

  it('is written even if the picker is removed, and shown when it is back', async () => {
    const adapter = await pipeline();
    const element = await picker(adapter);
    const page = element.parentElement!;
    const writes = hold(adapter);
    const changed = nextEvent(element, 'pipeline-status-change');
    await pick(element, 'Leads');
    element.remove();
    writes[0]!.go();
    await changed;
    expect(await statusOf(adapter)).to.equal('leads');
    page.append(element);
    await until(() => shown(element) === 'Leads');
    expect(isSaving(element)).to.equal(false);
  });

  for (const [what, code] of [
    ['confirmed', undefined],
    ['refused', 'forbidden'],
  ] as const) {
    it(`that is ${what} after the page showed another conversation leaves no message there`, async () => {
      const adapter = await pipeline();
      const element = await picker(adapter);
      const writes = hold(adapter);
      const told = nextEvent(element, code ? 'pipeline-error' : 'pipeline-status-change');
      await pick(element, 'Leads');
      element.conversationId = 'other';
      await until(() => shown(element) === 'No status');
      if (code) writes[0]!.refuse(new PipelineError(code, 'no'));
      else writes[0]!.go();
      await told;
      await until(async () => (await statusOf(adapter)) === (code ? undefined : 'leads'));
      await element.updateComplete;
      expect([problem(element), undo(element) === undefined, shown(element)]).to.deep.equal([
        undefined,
        true,
        'No status',
      ]);
    });
  }

  it('to a status that someone else deleted is rolled back with the reason, and the option disappears', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'leads');
    // There are no change notifications: the picker learns of the deletion from the error.
    Object.assign(adapter, { subscribe: undefined });
    const element = await picker(adapter);
    const [, purchase] = (await adapter.listStatuses()).items;
    await adapter.deleteStatus('purchase', { ifVersion: purchase!.version });
    await pick(element, 'Purchase');
    await until(() => problem(element));
    expect(problem(element)).to.equal('Status not changed. Still Leads. This status has since been deleted.');
    expect([shown(element), await statusOf(adapter)]).to.deep.equal(['Leads', 'leads']);
    element.show();
    await option(element, 'Leads');
    await until(() => !queryByRole(element, 'option', 'Purchase'));
    expect(options(element)).to.deep.equal(['Leads', 'Repurchase', 'No status']);
  });

  describe('and its undo button', () => {
    it('restores the previous status, announces it, and focus stays on the pill', async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: PHONE }], 'leads');
      const element = await picker(adapter);
      await pick(element, 'Purchase');
      const asked = nextEvent(element, 'pipeline-before-status-change');
      await click(await until(() => undo(element)));
      const { from, to } = await asked;
      expect([from, to]).to.deep.equal(['purchase', 'leads']);
      await until(() => shown(element) === 'Leads');
      await until(async () => (await statusOf(adapter)) === 'leads');
      await until(() => announced().includes('Status changed to Leads.'));
      expect(!undo(element)).to.equal(true);
      expect(deepActiveElement() === trigger(element)).to.equal(true);
    });

    it('works with Ctrl+Z on the pill, and with Tab', async () => {
      const adapter = await pipeline();
      const element = await picker(adapter);
      await pick(element, 'Purchase');
      await until(() => undo(element));
      await sendKeys({ down: 'Control' });
      await press('z');
      await sendKeys({ up: 'Control' });
      await until(() => shown(element) === 'No status');
      await until(() => announced().includes('Status removed.'));
      await pick(element, 'Leads');
      await until(() => undo(element));
      await press('Tab');
      expect(deepActiveElement() === undo(element)).to.equal(true);
      await press('Enter');
      await until(async () => (await statusOf(adapter)) === null);
    });

    it('stays until the user moves on to something else', async () => {
      const element = await picker(await pipeline());
      const after = document.createElement('textarea');
      element.after(after);
      await pick(element, 'Leads');
      await until(() => undo(element));
      await press('Tab');
      expect(!undo(element)).to.equal(false);
      await press('Tab');
      expect(deepActiveElement() === after).to.equal(true);
      await until(() => !undo(element));
    });

    it('stays during the press that moves focus away, so that the pressed button does not move before its click', async () => {
      const element = await picker(await pipeline());
      const elsewhere = document.createElement('button');
      elsewhere.textContent = 'Elsewhere';
      let clicks = 0;
      elsewhere.addEventListener('click', () => clicks++);
      element.after(elsewhere);
      await pick(element, 'Leads');
      await until(() => undo(element));
      const { left, top } = elsewhere.getBoundingClientRect();
      await sendMouse({ type: 'move', position: [Math.round(left + 2), Math.round(top + 2)] });
      await sendMouse({ type: 'down' });
      await until(() => deepActiveElement() === elsewhere);
      await element.updateComplete;
      expect([undo(element) !== undefined, elsewhere.getBoundingClientRect().left]).to.deep.equal([true, left]);
      await sendMouse({ type: 'up' });
      await until(() => !undo(element));
      expect(clicks).to.equal(1);
    });

    it('is withdrawn when someone else changes the status', async () => {
      const adapter = await pipeline();
      const element = await picker(adapter);
      await pick(element, 'Purchase');
      await until(() => undo(element));
      await adapter.setStatus([{ conversationId: PHONE }], 'repurchase');
      await until(() => shown(element) === 'Repurchase');
      expect(!undo(element)).to.equal(true);
    });

    it('stays when the page cancels the undo, and nothing is written', async () => {
      const adapter = await pipeline();
      const element = await picker(adapter);
      await pick(element, 'Leads');
      await until(() => undo(element));
      const writes = hold(adapter);
      element.addEventListener('pipeline-before-status-change', (event) => event.preventDefault(), { once: true });
      undo(element)!.click();
      await element.updateComplete;
      expect([writes.length, shown(element), undo(element) !== undefined]).to.deep.equal([0, 'Leads', true]);
    });

    it('shows the error of an undo that fails', async () => {
      const adapter = await pipeline();
      const element = await picker(adapter);
      await pick(element, 'Leads');
      const button = await until(() => undo(element));
      const writes = hold(adapter);
      button.click();
      writes[0]!.refuse(new PipelineError('offline', 'no'));
      await until(() => problem(element) === 'Status not changed. Still Leads. No connection.');
      expect(shown(element)).to.equal('Leads');
    });

    it('is withdrawn when the picker shows the data of another tenant', async () => {
      const [here, there] = [await pipeline(), await pipeline()];
      await there.setStatus([{ conversationId: PHONE }], 'leads');
      // Its status is already loaded, and equal to the one that was chosen here.
      expect(shown(await picker(there))).to.equal('Leads');
      const provider = await fixture<HTMLElement>(html`<div></div>`);
      const element: PipelineStatusPicker = await picker(here);
      provider.append(element);
      await ready(element);
      await pick(element, 'Leads');
      await until(() => undo(element));
      element.adapter = there;
      await until(() => !undo(element));
      expect(shown(element)).to.equal('Leads');
    });
  });
});
