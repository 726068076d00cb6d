/** The states of the picker. */
import type { CallWait } from '../../../src/adapters/adapter.js';
import { MemoryAdapter } from '../../../src/adapters/memory.js';
import { byRole, until } from '../../support.js';
import { example, hang, loaded, long, press, put, refuse, type, type State } from './helpers.js';

type Picker = HTMLElementTagNameMap['pipeline-status-picker'];

const DAY = 86_400_000;

const show = (main: HTMLElement, adapter: MemoryAdapter, properties: Partial<Picker>): Promise<Picker> =>
  loaded(main, 'pipeline-status-picker', adapter, properties);

async function open(main: HTMLElement, adapter: MemoryAdapter, properties: Partial<Picker>): Promise<Picker> {
  const element = await show(main, adapter, properties);
  element.show();
  await until(() => element.matches(':state(open)'), 'the list');
  return element;
}

/** Opens the picker and picks an option. */
async function pick(
  main: HTMLElement,
  adapter: MemoryAdapter,
  name: string,
  properties: Partial<Picker> = LEADS,
): Promise<Picker> {
  const element = await open(main, adapter, properties);
  await press(element, 'option', name);
  return element;
}

const becomes = (element: Picker, part: string): Promise<Element> =>
  until(() => element.shadowRoot!.querySelector(`[part~=${part}]`), `the ${part}`);

/** An example in which every status was set three days ago. */
async function old(): Promise<MemoryAdapter> {
  const adapter = await example();
  const getEntries = adapter.getEntries.bind(adapter);
  adapter.getEntries = async (ids) => {
    const entries = await getEntries(ids);
    return new Map([...entries].map(([id, entry]) => [id, { ...entry, changedAt: Date.now() - 3 * DAY }]));
  };
  return adapter;
}

/** An example whose writes never end, and wait for something. */
async function waits(wait?: CallWait): Promise<MemoryAdapter> {
  const setStatus: MemoryAdapter['setStatus'] = (_refs, _statusId, options) => {
    options?.onWait?.(wait);
    return hang();
  };
  return Object.assign(await example(), { setStatus });
}

/** Shows a picker of a conversation whose status is being changed, until it says so. */
async function slow(main: HTMLElement, adapter: MemoryAdapter, properties: Partial<Picker>): Promise<void> {
  const isFirst = !main.querySelector('pipeline-status-picker');
  const element = await (isFirst ? pick(main, adapter, 'Purchase', properties) : show(main, adapter, properties));
  await becomes(element, 'message');
}

const LEADS = { conversationId: 'c0' };
/** Every size and place of one conversation. */
const LOOKS: Partial<Picker>[] = [
  LEADS,
  { ...LEADS, size: 'small' },
  { ...LEADS, placement: 'details' },
  { ...LEADS, readonly: true },
];
const NONE = { conversationId: 'c2' };
const SEVERAL = { conversations: [{ conversationId: 'c0' }, { conversationId: 'c1' }] };

export const picker: Record<string, State> = {
  async none(main) {
    await show(main, await example(), NONE);
  },
  async chosen(main) {
    const adapter = await example();
    for (const [i, id] of ['leads', 'purchase', 'repurchase', 'waiting', 'done'].entries()) {
      await adapter.setStatus([{ conversationId: `x${i}` }], id);
      await show(main, adapter, { conversationId: `x${i}` });
    }
  },
  async small(main) {
    await show(main, await example(), { ...LEADS, size: 'small' });
    await show(main, await example(), { ...NONE, size: 'small' });
  },
  async open(main) {
    await open(main, await example(), LEADS);
  },
  async 'open above the text area'(main) {
    main.style.setProperty('padding-block-start', '320px');
    await open(main, await example(), { ...NONE, placement: 'composer' });
  },
  async search(main) {
    const element = await open(main, await long(20), LEADS);
    type(byRole(element, 'combobox', 'Search statuses'), 'p 1');
    await element.updateComplete;
  },
  async 'search with no result'(main) {
    const element = await open(main, await long(20), LEADS);
    type(byRole(element, 'combobox', 'Search statuses'), 'xyz');
    await element.updateComplete;
  },
  async saving(main) {
    const element = await pick(main, Object.assign(await example(), { setStatus: hang }), 'Purchase');
    await until(() => element.matches(':state(saving)'), 'the write to begin');
  },
  async 'saving slowly'(main) {
    const adapter = await waits();
    for (const properties of LOOKS) await slow(main, adapter, properties);
  },
  async 'waiting for connection'(main) {
    const adapter = await waits({ reason: 'offline' });
    for (const properties of LOOKS) await slow(main, adapter, properties);
  },
  async 'waiting for a retry'(main) {
    const adapter = await waits({ reason: 'retry', at: Date.now() + DAY });
    for (const properties of LOOKS) await slow(main, adapter, properties);
  },
  async 'failed, can be retried'(main) {
    const adapter = Object.assign(await example(), { setStatus: refuse('unavailable') });
    await becomes(await pick(main, adapter, 'Purchase'), 'error');
    for (const properties of LOOKS.slice(1)) await becomes(await show(main, adapter, properties), 'error');
  },
  async 'invalid id'(main) {
    const adapter = await example();
    for (const properties of LOOKS) {
      await becomes(
        await put(main, 'pipeline-status-picker', adapter, { ...properties, conversationId: '..' }),
        'error',
      );
    }
    const conversations = ['c0', '.', 'c3'].map((conversationId) => ({ conversationId }));
    await becomes(await show(main, adapter, { conversations }), 'error');
  },
  async 'invalid id, open'(main) {
    const element = await put(main, 'pipeline-status-picker', await example(), { conversationId: '' });
    element.show();
    await until(() => element.matches(':state(open)'), 'the list');
  },
  async 'failed with reason'(main) {
    const element = await pick(main, Object.assign(await example(), { setStatus: refuse() }), 'Purchase');
    await becomes(element, 'error');
  },
  async 'undo shown'(main) {
    await becomes(await pick(main, await example(), 'Purchase'), 'undo');
  },
  async disabled(main) {
    await show(main, await example(), { ...LEADS, disabled: true });
    await show(main, await example(), { ...NONE, disabled: true });
  },
  async readonly(main) {
    await show(main, await example(), { ...LEADS, readonly: true });
    await show(main, await example(), { ...NONE, readonly: true });
  },
  async 'required and invalid'(main) {
    const label = Object.assign(document.createElement('label'), { htmlFor: 'stage', textContent: 'Stage' });
    main.append(label);
    const element = await show(main, await example(), { id: 'stage', required: true });
    element.checkValidity();
    element.focus();
  },
  async mixed(main) {
    await show(main, await example(), SEVERAL);
  },
  async 'mixed and open'(main) {
    await open(main, await example(), SEVERAL);
  },
  async 'bulk failed'(main) {
    const adapter = await example();
    const setStatus = adapter.setStatus.bind(adapter);
    adapter.setStatus = async (refs, statusId) => {
      const [first, ...others] = refs;
      const error = await refuse()().catch((thrown: unknown) => thrown as never);
      return [{ conversationId: first!.conversationId, ok: false, error }, ...(await setStatus(others, statusId))];
    };
    await becomes(await pick(main, adapter, 'Repurchase', SEVERAL), 'error');
  },
  async loading(main) {
    await put(main, 'pipeline-status-picker', Object.assign(await example(), { getEntries: hang }), LEADS);
  },
  async 'load error'(main) {
    const adapter = Object.assign(await example(), { listStatuses: refuse('offline') });
    const element = await put(main, 'pipeline-status-picker', adapter, LEADS);
    await until(() => element.matches(':state(error)'), 'the error');
    element.show();
    await until(() => element.matches(':state(open)'), 'what opens');
  },
  async 'no statuses'(main) {
    await open(main, new MemoryAdapter(), LEADS);
  },
  async 'details, for 3 days'(main) {
    await show(main, await old(), { ...LEADS, placement: 'details' });
    await show(main, await old(), { ...LEADS, placement: 'details', readonly: true });
  },
};
