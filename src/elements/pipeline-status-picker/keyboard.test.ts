import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { allByRole, deepActiveElement, until } from '../../../test/support.js';
import { PHONE, pipeline, picker, trigger, ready, shown, options, statusOf, press } from './test-picker.js';

describe('<pipeline-status-picker> the keyboard', () => {
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
