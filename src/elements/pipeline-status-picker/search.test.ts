/** Tests of the search field in the picker's popup. */
import { expect } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { announced, byRole, deepActiveElement, queryByRole, until } from '../../../test/support.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';
import {
  PHONE,
  focusedText,
  option,
  options,
  picker,
  pipeline,
  press,
  shown,
  statusOf,
  trigger,
} from './test-picker.js';

const TWELVE = Array.from({ length: 12 }, (_, i) => `Step ${i + 1}`);
const NAMES = [...TWELVE, 'Café'];

const searchField = (element: Element): HTMLInputElement | undefined =>
  queryByRole(element, 'combobox', 'Search statuses') as HTMLInputElement | undefined;

/** Opens the list by keyboard and waits for focus in the field. */
async function openSearch(element: PipelineStatusPicker): Promise<HTMLInputElement> {
  element.focus();
  await press('Enter');
  const field = await until(() => searchField(element));
  await until(() => deepActiveElement() === field);
  return field;
}

/** The option that the field refers to as active. */
function active(element: Element): string | undefined {
  const id = searchField(element)!.getAttribute('aria-activedescendant');
  return id === null ? undefined : element.shadowRoot!.getElementById(id)!.textContent.trim();
}

/** Pretends to be another platform until the end of the test. */
function pretend(target: object, property: string, value: unknown): void {
  Object.defineProperty(target, property, { configurable: true, value });
  restore.push(() => Reflect.deleteProperty(target, property));
}
const restore: (() => void)[] = [];

describe('<pipeline-status-picker> search', () => {
  afterEach(() => restore.splice(0).forEach((each) => each()));

  it('exists only above the threshold', async () => {
    const adapter = await pipeline(TWELVE);
    const element = await picker(adapter);
    element.show();
    await option(element, 'Step 1');
    expect(!searchField(element)).to.equal(true);
    expect(trigger(element).ariaHasPopup).to.equal('listbox');
    element.hide();
    element.setAttribute('search-threshold', '11');
    element.show();
    await until(() => searchField(element));
    expect(trigger(element).ariaHasPopup).to.equal('dialog');
    expect(byRole(element, 'dialog', 'Pipeline status').id).to.equal(trigger(element).getAttribute('aria-controls'));
  });

  it('ignores case and accents, keeps focus in the field, and selects with Enter', async () => {
    const adapter = await pipeline(NAMES);
    const element = await picker(adapter);
    await openSearch(element);
    await sendKeys({ type: 'CAFE' });
    await until(() => options(element).length === 1);
    expect(options(element)).to.deep.equal(['Café']);
    await until(() => announced().includes('1 status found'));
    await press('Enter');
    await until(async () => (await statusOf(adapter)) === 'café');
    expect(shown(element)).to.equal('Café');
    expect(deepActiveElement() === trigger(element)).to.equal(true);
  });

  it('starts at the selected status, and moves with the arrow keys while focus stays in the field', async () => {
    const adapter = await pipeline(NAMES);
    await adapter.setStatus([{ conversationId: PHONE }], 'step 3');
    const element = await picker(adapter);
    const field = await openSearch(element);
    const seen = [active(element)];
    for (const key of ['ArrowDown', 'ArrowUp', 'ArrowUp', 'PageDown', 'PageDown', 'PageUp']) {
      await press(key);
      await element.updateComplete;
      seen.push(active(element));
    }
    expect(seen).to.deep.equal(['Step 3', 'Step 4', 'Step 3', 'Step 2', 'Step 12', 'No status', 'Step 4']);
    expect(deepActiveElement() === field).to.equal(true);
  });

  it('leaves Home and End to the text, and fires no input event on the element', async () => {
    const element = await picker(await pipeline(NAMES));
    const heard: string[] = [];
    for (const type of ['input', 'change']) element.addEventListener(type, () => heard.push(type));
    const field = await openSearch(element);
    await sendKeys({ type: 'step' });
    await press('Home');
    expect([field.selectionStart, field.selectionEnd]).to.deep.equal([0, 0]);
    await press('Escape');
    await until(() => !searchField(element));
    expect(heard).to.deep.equal([]);
    expect(deepActiveElement() === trigger(element)).to.equal(true);
  });

  it('receives what is typed on the pill, including the first letter', async () => {
    const element = await picker(await pipeline(NAMES));
    element.focus();
    await sendKeys({ type: 'caf' });
    const field = await until(() => searchField(element));
    await until(() => options(element).length === 1);
    expect([field.value, active(element)]).to.deep.equal(['caf', 'Café']);
  });

  it('shows the query without results, and Tab moves to the button that clears it', async () => {
    const element = await picker(await pipeline(NAMES));
    const field = await openSearch(element);
    await sendKeys({ type: 'zzz' });
    const clear = await until(() => queryByRole(element, 'button', 'Clear search'));
    expect(element.shadowRoot!.querySelector('[part=empty]')!.textContent).to.include('No status matches “zzz”');
    await until(() => announced().includes('No status matches “zzz”'));
    await press('Enter');
    await press('Tab');
    expect(deepActiveElement() === clear).to.equal(true);
    await press('Enter');
    await until(() => options(element).length === 14);
    expect(deepActiveElement() === field).to.equal(true);
    expect(field.value).to.equal('');
  });

  it('moves to the control after the pill with Tab, without a change', async () => {
    const adapter = await pipeline(NAMES);
    const element = await picker(adapter);
    const after = document.createElement('textarea');
    element.after(after);
    await openSearch(element);
    await press('ArrowUp', 'Tab');
    expect(deepActiveElement() === after).to.equal(true);
    expect(await statusOf(adapter)).to.equal(undefined);
  });

  it('ignores keys while an input method is composing', async () => {
    const adapter = await pipeline(NAMES);
    const element = await picker(adapter);
    const field = await openSearch(element);
    for (const key of ['Enter', 'Escape', 'ArrowDown', 'Tab']) {
      const event = new KeyboardEvent('keydown', {
        key,
        isComposing: true,
        bubbles: true,
        composed: true,
        cancelable: true,
      });
      field.dispatchEvent(event);
      expect(event.defaultPrevented, key).to.equal(false);
    }
    await element.updateComplete;
    expect(!searchField(element)).to.equal(false);
    expect(await statusOf(adapter)).to.equal(undefined);
  });

  it('stays at the active option when others change the list above it', async () => {
    const adapter = await pipeline(NAMES);
    const element = await picker(adapter);
    await openSearch(element);
    await sendKeys({ type: 'step' });
    await press('ArrowDown', 'ArrowDown');
    await until(() => active(element) === 'Step 3');
    const [first] = (await adapter.listStatuses()).items;
    await adapter.deleteStatus('step 1', { ifVersion: first!.version });
    await until(() => options(element).length === 11);
    expect(active(element)).to.equal('Step 3');
    await press('Enter');
    await until(async () => (await statusOf(adapter)) === 'step 3');
  });

  it('keeps the focused field when others delete statuses below the threshold', async () => {
    const adapter = await pipeline(NAMES);
    const element = await picker(adapter);
    const field = await openSearch(element);
    const [first, second] = (await adapter.listStatuses()).items;
    for (const status of [first!, second!]) await adapter.deleteStatus(status.id, { ifVersion: status.version });
    await until(() => options(element).length === 12);
    expect(deepActiveElement() === field).to.equal(true);
    await press('Escape', 'Enter');
    await until(() => deepActiveElement()?.role === 'option');
    expect(!searchField(element)).to.equal(true);
  });

  it('announces the active option on Apple’s systems, where the screen reader does not', async () => {
    pretend(navigator, 'platform', 'MacIntel');
    const element = await picker(await pipeline(NAMES));
    await openSearch(element);
    await press('ArrowUp');
    await until(() => announced().includes('Café'));
  });

  it('does not open the keyboard of a phone: focus starts at the option', async () => {
    const { matchMedia } = window;
    pretend(window, 'matchMedia', (query: string) =>
      query === '(pointer: coarse)' ? { matches: true } : matchMedia.call(window, query),
    );
    restore.push(() => (window.matchMedia = matchMedia));
    const adapter = await pipeline(NAMES);
    await adapter.setStatus([{ conversationId: PHONE }], 'step 2');
    const element = await picker(adapter);
    element.show();
    await until(() => focusedText() === 'Step 2');
    expect(!searchField(element)).to.equal(false);
  });
});
