/** The states of the settings. */
import Sortable from 'sortablejs';
import { MemoryAdapter } from '../../../src/adapters/memory.js';
import { byRole, queryByRole, until } from '../../support.js';
import { example, hang, key, loaded, long, press, put, refuse, type, type State } from './helpers.js';

type Settings = HTMLElementTagNameMap['pipeline-settings'];

const open = (main: HTMLElement, adapter: MemoryAdapter): Promise<Settings> =>
  loaded(main, 'pipeline-settings', adapter);

/** The settings with the dialog that asks about Leads. */
async function asked(main: HTMLElement, adapter: MemoryAdapter): Promise<Settings> {
  const element = await open(main, adapter);
  await until(() => element.shadowRoot!.querySelector('.count'), 'the counts');
  await press(element, 'button', 'Delete Leads');
  await until(() => queryByRole(element, 'dialog'), 'the dialog');
  return element;
}

const messageOf = (element: Settings): Promise<Element> =>
  until(() => element.shadowRoot!.querySelector('.message'), 'the message');

export const settings: Record<string, State> = {
  async 'loading skeleton'(main) {
    await put(main, 'pipeline-settings', Object.assign(new MemoryAdapter(), { listStatuses: hang }));
  },
  async empty(main) {
    await open(main, new MemoryAdapter());
  },
  async filled(main) {
    await open(main, await example());
  },
  async 'add form'(main) {
    const element = await open(main, await example());
    await press(element, 'button', 'Add status');
  },
  async 'add form with a taken color'(main) {
    const element = await open(main, await example());
    await press(element, 'button', 'Add status');
    type(byRole(element, 'textbox'), 'A name that is nearly as long as a name may be, 64 letters or so');
    await press(element, 'radio', 'Blue');
  },
  async 'edit form with error'(main) {
    const element = await open(main, await example());
    await press(element, 'button', 'Edit Purchase');
    type(byRole(element, 'textbox'), 'Leads');
    await press(element, 'button', 'Save');
  },
  async 'edit form not saved'(main) {
    const element = await open(main, Object.assign(await example(), { updateStatus: refuse('offline') }));
    await press(element, 'button', 'Edit Repurchase');
    type(byRole(element, 'textbox'), 'Regulars');
    await press(element, 'button', 'Save');
    await until(() => element.shadowRoot!.querySelector('.problem'), 'the reason');
  },
  async 'handle menu'(main) {
    const element = await open(main, await example());
    await press(element, 'button', 'Reorder Leads');
  },
  async grabbed(main) {
    const element = await open(main, await example());
    const handle = byRole(element, 'button', 'Reorder Leads');
    handle.focus();
    key(handle, ' ');
    key(handle, 'ArrowDown');
    await element.updateComplete;
  },
  async 'dragged by pointer'(main) {
    const element = await open(main, await example());
    const list = element.shadowRoot!.querySelector('ol')!;
    await until(() => Sortable.get(list), 'SortableJS');
    const handle = byRole(element, 'button', 'Reorder Leads');
    const { left, top, width, height } = handle.getBoundingClientRect();
    const [clientX, clientY] = [left + width / 2, top + height / 2];
    // Browsers send a mouse event after each pointer event.
    const send = (type: 'down' | 'move', down: number): void => {
      const init = { clientX, clientY: clientY + down, bubbles: true, composed: true, cancelable: true };
      handle.dispatchEvent(new PointerEvent(`pointer${type}`, init));
      handle.dispatchEvent(new MouseEvent(`mouse${type}`, init));
    };
    send('down', 0);
    for (const down of [6, 1.8 * height]) send('move', down);
    await until(() => list.querySelector('li')!.dataset['id'] === 'purchase', 'the others to make way');
  },
  async 'delete dialog'(main) {
    await asked(main, await example());
  },
  async 'delete dialog with error'(main) {
    const element = await asked(main, Object.assign(await example(), { deleteStatus: refuse('offline') }));
    await press(element, 'radio', 'Move to');
    await press(byRole(element, 'dialog'), 'button', 'Delete');
    await until(() => element.shadowRoot!.querySelector('.problem'), 'the reason');
  },
  async 'undo message'(main) {
    const element = await open(main, await example());
    await until(() => element.shadowRoot!.querySelector('.count'), 'the counts');
    await press(element, 'button', 'Delete Repurchase');
    await messageOf(element);
  },
  async 'load error'(main) {
    await open(main, Object.assign(new MemoryAdapter(), { listStatuses: refuse('offline') }));
  },
  async 'save error'(main) {
    const element = await open(main, Object.assign(await example(), { moveStatus: refuse('unavailable') }));
    await press(element, 'button', 'Reorder Leads');
    await press(element, 'menuitem', 'Move to bottom');
    await messageOf(element);
  },
  async saving(main) {
    const element = await open(main, Object.assign(await example(), { createStatus: hang }));
    await press(element, 'button', 'Add status');
    type(byRole(element, 'textbox'), 'Regulars');
    await element.updateComplete;
    await press(element, 'button', 'Add');
    await until(() => element.matches(':state(saving)'), 'the write to begin');
  },
  async 'read-only'(main) {
    await loaded(main, 'pipeline-settings', await example(), { readonly: true });
  },
  async 'read-only and empty'(main) {
    await loaded(main, 'pipeline-settings', new MemoryAdapter(), { readonly: true });
  },
  async 'not saved on this device'(main) {
    await open(main, Object.assign(await example(), { persistence: 'session' }));
  },
  async '200 statuses'(main) {
    await open(main, await long(200));
  },
};
