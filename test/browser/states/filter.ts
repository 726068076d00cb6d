/** The states of the filter. */
import { MemoryAdapter } from '../../../src/adapters/memory.js';
import type { Filter } from '../../../src/model/filter.js';
import { byRole, until } from '../../support.js';
import { example, hang, loaded, long, put, refuse, type, type State } from './helpers.js';

type FilterElement = HTMLElementTagNameMap['pipeline-filter'];

const show = (
  main: HTMLElement,
  adapter: MemoryAdapter,
  properties: Partial<FilterElement> = {},
): Promise<FilterElement> => loaded(main, 'pipeline-filter', adapter, properties);

async function open(...args: Parameters<typeof show>): Promise<FilterElement> {
  const element = await show(...args);
  element.show();
  await until(() => element.shadowRoot!.querySelector('.popup .count, .popup [part=error]'), 'the popup');
  return element;
}

const anyOf = (...statusIds: (string | null)[]): Filter => ({ op: 'any-of', statusIds });

function list(main: HTMLElement): void {
  const items = ['c0', 'c1', 'c2'].map((id) => {
    const item = Object.assign(document.createElement('li'), { textContent: id });
    item.dataset['conversationId'] = id;
    return item;
  });
  const element = Object.assign(document.createElement('ul'), { id: 'rows' });
  element.append(...items);
  main.append(element);
}

export const filter: Record<string, State> = {
  async closed(main) {
    await show(main, await example());
  },
  async open(main) {
    await open(main, await example(), { filter: anyOf('leads', null) });
  },
  async chips(main) {
    await show(main, await example(), { filter: anyOf('leads', 'waiting', 'done', null) });
  },
  async 'none of'(main) {
    await show(main, await example(), { filter: { op: 'none-of', statusIds: ['leads', 'purchase'] } });
  },
  async 'none of, open'(main) {
    await open(main, await example(), { filter: { op: 'none-of', statusIds: ['leads', 'purchase'] } });
  },
  async search(main) {
    const element = await open(main, await long(20));
    type(byRole(element, 'searchbox'), 'p 1');
    await element.updateComplete;
  },
  async 'search with no result'(main) {
    const element = await open(main, await long(20));
    type(byRole(element, 'searchbox'), 'xyz');
    await element.updateComplete;
  },
  async 'no statuses'(main) {
    await open(main, new MemoryAdapter());
  },
  async disabled(main) {
    await show(main, await example(), { filter: anyOf('leads', null), disabled: true });
  },
  async error(main) {
    await open(main, Object.assign(new MemoryAdapter(), { listStatuses: refuse('offline') }), { filter: anyOf('x') });
  },
  async 'error of the list'(main) {
    list(main);
    const adapter = Object.assign(await example(), { getEntries: refuse('offline') });
    const element = await show(main, adapter, { htmlFor: 'rows', filter: anyOf('leads') });
    await until(() => element.matches(':state(error)'), 'the error');
    await element.updateComplete;
  },
  async loading(main) {
    const adapter = Object.assign(new MemoryAdapter(), { listStatuses: hang });
    const element = await put(main, 'pipeline-filter', adapter, { filter: anyOf('leads') });
    element.show();
    await element.updateComplete;
  },
  async contact(main) {
    await open(main, await example(), { of: 'contact' });
  },
  async 'status deleted meanwhile'(main) {
    const adapter = await example();
    const element = await show(main, adapter, { filter: anyOf('leads', 'done') });
    const { items } = await adapter.listStatuses();
    await adapter.deleteStatus('done', { ifVersion: items.find(({ id }) => id === 'done')!.version });
    await until(() => element.shadowRoot!.querySelector('[part=message]'), 'the message');
  },
};
