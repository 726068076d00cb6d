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

/** Opens by the keyboard and waits for focus in the field. */
async function openSearch(element: PipelineStatusPicker): Promise<HTMLInputElement> {
  element.focus();
  await press('Enter');
  const field = await until(() => searchField(element));
  await until(() => deepActiveElement() === field);
  return field;
}

/** What the field says is active. */
function active(element: Element): string | undefined {
  const id = searchField(element)!.getAttribute('aria-activedescendant');
  return id === null ? undefined : element.shadowRoot!.getElementById(id)!.textContent.trim();
}

/** Acts as a machine of that make until the end of the test. */
function pretend(target: object, property: string, value: unknown): void {
  Object.defineProperty(target, property, { configurable: true, value });
  restore.push(() => Reflect.deleteProperty(target, property));
}
const restore: (() => void)[] = [];

describe('<pipeline-status-picker> the search', () => {
  afterEach(() => restore.splice(0).forEach((each) => each()));

  it('is there above the threshold only', async () => {
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

  it('finds without regard to case and accents, with focus in the field, and picks with Enter', async () => {
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

  it('begins on the current status, and moves with the arrows while focus stays in the field', async () => {
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

  it('leaves Home and End to the text, and the host hears no input of it', async () => {
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

  it('takes up what is typed on the pill, the first letter too', async () => {
    const element = await picker(await pipeline(NAMES));
    element.focus();
    await sendKeys({ type: 'caf' });
    const field = await until(() => searchField(element));
    await until(() => options(element).length === 1);
    expect([field.value, active(element)]).to.deep.equal(['caf', 'Café']);
  });

  it('names what it does not find, and Tab leads to the button that clears it', async () => {
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

  it('leaves with Tab, without a pick, for what is after the pill', async () => {
    const adapter = await pipeline(NAMES);
    const element = await picker(adapter);
    const after = document.createElement('textarea');
    element.after(after);
    await openSearch(element);
    await press('ArrowUp', 'Tab');
    expect(deepActiveElement() === after).to.equal(true);
    expect(await statusOf(adapter)).to.equal(undefined);
  });

  it('leaves keys to a word that is being composed', async () => {
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

  it('stays on the option it was on when others change the list above it', async () => {
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

  it('keeps the field that has focus when others leave fewer statuses than the threshold', async () => {
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

  it('speaks the active option on Apple’s systems, where the field alone does not', async () => {
    pretend(navigator, 'platform', 'MacIntel');
    const element = await picker(await pipeline(NAMES));
    await openSearch(element);
    await press('ArrowUp');
    await until(() => announced().includes('Café'));
  });

  it('does not bring up a phone’s keyboard: focus begins on the option', async () => {
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
