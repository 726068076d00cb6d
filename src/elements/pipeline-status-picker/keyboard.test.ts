/** Tests of the picker's keyboard. */
import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { allByRole, deepActiveElement, queryByRole, until } from '../../../test/support.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';
import {
  PHONE,
  focusedText,
  option,
  options,
  picker,
  pipeline,
  press,
  ready,
  shown,
  statusOf,
  trigger,
} from './test-picker.js';

/** Presses the last key while holding the others. */
async function chord(...keys: readonly string[]): Promise<void> {
  const held = keys.slice(0, -1);
  for (const key of held) await sendKeys({ down: key });
  await press(keys.at(-1)!);
  for (const key of held) await sendKeys({ up: key });
}

describe('<pipeline-status-picker> keyboard', () => {
  it('opens at the selected option, moves without wrapping, and selects', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'purchase');
    const element = await picker(adapter);
    element.focus();
    await press('Enter');
    await until(() => focusedText() === 'Purchase');
    await press('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown');
    expect(focusedText()).to.equal('No status');
    await press('Home', 'ArrowUp');
    expect(focusedText()).to.equal('Leads');
    await press('End', 'ArrowUp', ' ');
    await until(() => shown(element) === 'Repurchase');
    expect(deepActiveElement()).to.equal(trigger(element));
  });

  it('opens with the arrow keys, Home and End at the option that they stand for', async () => {
    const element = await picker(await pipeline());
    for (const [key, name] of [
      ['ArrowDown', 'No status'],
      ['ArrowUp', 'Leads'],
      ['Home', 'Leads'],
      ['End', 'No status'],
    ] as const) {
      element.focus();
      await press(key);
      await until(() => focusedText() === name, `${key} to reach ${name}`);
      await press('Escape');
      expect(deepActiveElement()).to.equal(trigger(element));
    }
  });

  it('finds an option by typing its name, including a space in it', async () => {
    const element = await picker(await pipeline(['New', 'New order', 'Old']));
    element.focus();
    await sendKeys({ type: 'new o' });
    await until(() => focusedText() === 'New order');
    await press('Escape');
    expect(shown(element)).to.equal('No status');
  });

  it('closes on Escape and Tab without a change, and Tab moves to the next control', async () => {
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

  it('leaves Escape to a dialog around it only while the list is closed', async () => {
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

  it('keeps focus in the list when someone else deletes the focused status', async () => {
    const adapter = await pipeline();
    const element = await picker(adapter);
    element.focus();
    await press('Home');
    await until(() => focusedText() === 'Leads');
    const [leads] = (await adapter.listStatuses()).items;
    await adapter.deleteStatus('leads', { ifVersion: leads!.version });
    await until(() => options(element).length === 3);
    await until(() => deepActiveElement()?.role === 'option');
    expect(focusedText()).to.equal('Purchase');
  });

  for (const [what, ...keys] of [
    ['Enter', 'Enter'],
    ['Space', ' '],
    ['ArrowDown', 'ArrowDown'],
    ['Alt+ArrowDown', 'Alt', 'ArrowDown'],
  ] as const) {
    it(`opens at the selected option with ${what}`, async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: PHONE }], 'purchase');
      const element = await picker(adapter);
      element.focus();
      await chord(...keys);
      await until(() => focusedText() === 'Purchase');
      expect(trigger(element).ariaExpanded).to.equal('true');
    });
  }

  for (const [what, ...keys] of [
    ['Enter', 'Enter'],
    ['Space', ' '],
    ['Alt+ArrowUp', 'Alt', 'ArrowUp'],
  ] as const) {
    it(`selects with ${what}, and focus returns to the pill`, async () => {
      const adapter = await pipeline();
      const element = await picker(adapter);
      element.focus();
      await press('Home');
      await until(() => focusedText() === 'Leads');
      await chord(...keys);
      await until(async () => (await statusOf(adapter)) === 'leads');
      expect(deepActiveElement() === trigger(element)).to.equal(true);
      expect(trigger(element).ariaExpanded).to.equal('false');
    });
  }

  it('moves ten options with PageDown and PageUp, and stops at the ends', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `Step ${i + 1}`);
    const element = await picker(await pipeline(names));
    element.focus();
    await press('Home');
    await until(() => focusedText() === 'Step 1');
    const seen: unknown[] = [];
    for (const key of ['PageDown', 'PageDown', 'PageUp', 'PageUp']) {
      await press(key);
      seen.push(focusedText());
    }
    expect(seen).to.deep.equal(['Step 11', 'No status', 'Step 3', 'Step 1']);
  });

  it('moves to the control before the pill with Shift+Tab, without a change', async () => {
    const adapter = await pipeline();
    const element = await picker(adapter);
    const before = document.createElement('input');
    element.before(before);
    element.focus();
    await press('Home');
    await until(() => focusedText() === 'Leads');
    await chord('Shift', 'Tab');
    expect(deepActiveElement() === before).to.equal(true);
    await until(() => !queryByRole(element, 'listbox'));
    expect(await statusOf(adapter)).to.equal(undefined);
  });

  it('moves focus to the list once the statuses are loaded, if it was opened before', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'purchase');
    const list = adapter.listStatuses.bind(adapter);
    let go = (): void => undefined;
    adapter.listStatuses = () => new Promise((resolve) => (go = () => resolve(list())));
    const element = await fixture<PipelineStatusPicker>(
      html`<pipeline-status-picker .adapter=${adapter} conversation-id=${PHONE}></pipeline-status-picker>`,
    );
    element.focus();
    await press('Enter');
    await until(() => element.matches(':state(open)'));
    expect(element.shadowRoot!.querySelector('[part=popup]')!.textContent.trim()).to.equal('Loading statuses');
    go();
    await until(() => focusedText() === 'Purchase');
  });

  it('keeps focus on the pill when the page closes the list or shows another conversation', async () => {
    const adapter = await pipeline();
    const element = await picker(adapter);
    for (const act of [() => element.hide(), () => (element.conversationId = 'other')]) {
      element.show();
      await until(() => deepActiveElement()?.role === 'option');
      act();
      await until(() => !queryByRole(element, 'listbox'));
      expect(deepActiveElement() === trigger(element)).to.equal(true);
    }
  });

  it('cannot be opened while disabled or read-only, and closes when it becomes so', async () => {
    const element = await picker(await pipeline());
    for (const property of ['disabled', 'readonly'] as const) {
      element.show();
      await option(element, 'Leads');
      element[property] = true;
      await until(() => !queryByRole(element, 'listbox'));
      element.show();
      await element.updateComplete;
      expect(!queryByRole(element, 'listbox')).to.equal(true);
      element[property] = false;
      await element.updateComplete;
    }
  });
});
