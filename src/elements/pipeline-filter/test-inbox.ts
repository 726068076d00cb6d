/** Test data and helpers of the filter's tests: statuses, conversations, and a list with a filter above it. */
import { fixture, html } from '@open-wc/testing';
import { sendMouse } from '@web/test-runner-commands';
import { byRole, queryByRole, until } from '../../../test/support.js';
import type { PipelineAdapter } from '../../adapters/adapter.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import type { Filter } from '../../model/filter.js';
import './define.js';
import type { PipelineFilter } from './pipeline-filter.js';

export const PHONE = '+6281234567890@s.whatsapp.net';
export const LEADS = 'op=any-of&status=leads';

export const anyOf = (...statusIds: (string | null)[]): Filter => ({ op: 'any-of', statusIds });
export const noneOf = (...statusIds: (string | null)[]): Filter => ({ op: 'none-of', statusIds });

/** Leads: a, b. Purchase: c. No status: d. Contact "two" has a and c (c is the latest), "one" has d. */
export async function fill(adapter: PipelineAdapter): Promise<void> {
  for (const name of ['Leads', 'Purchase', 'Repurchase']) {
    await adapter.createStatus({ id: name.toLowerCase(), name, color: '#2775f8' });
  }
  await adapter.putConversations!([
    { conversationId: 'a', contactId: 'two', activityAt: 1 },
    { conversationId: 'b', activityAt: 2 },
    { conversationId: 'c', contactId: 'two', activityAt: 3 },
    { conversationId: 'd', contactId: 'one', activityAt: 4 },
  ]);
  await adapter.setStatus([{ conversationId: 'a' }, { conversationId: 'b' }], 'leads');
  await adapter.setStatus([{ conversationId: 'c' }], 'purchase');
}

export async function inbox(): Promise<MemoryAdapter> {
  const adapter = new MemoryAdapter();
  await fill(adapter);
  return adapter;
}

/** Adds enough statuses for the popup to have a search field. */
export async function addMany(adapter: MemoryAdapter, n = 12): Promise<void> {
  for (let i = 0; i < n; i++) await adapter.createStatus({ id: `s${i}`, name: `Step ${i}`, color: '#056f62' });
}

export async function deleteStatus(adapter: PipelineAdapter, id: string, moveTo: string | null = null): Promise<void> {
  const { items } = await adapter.listStatuses();
  const { version } = items.find((status) => status.id === id)!;
  await adapter.deleteStatus(id, { ifVersion: version, moveTo });
}

/** Delays a method. Returns a function that lets it answer. */
export function hold(adapter: MemoryAdapter, method: 'listStatuses' | 'getEntries' | 'getContacts'): () => void {
  let answer = (): void => undefined;
  const gate = new Promise<void>((resolve) => (answer = resolve));
  const original = adapter[method].bind(adapter) as (...args: unknown[]) => Promise<unknown>;
  Object.assign(adapter, { [method]: async (...args: unknown[]) => (await gate, original(...args)) });
  return answer;
}

export async function setUp(
  adapter: PipelineAdapter,
  ids: readonly string[] = ['a', 'b', 'c', 'd'],
): Promise<{ filter: PipelineFilter; list: HTMLElement }> {
  const box = await fixture<HTMLElement>(html`
    <div>
      <pipeline-filter for="rows" .adapter=${adapter}></pipeline-filter>
      <ul id="rows">
        ${ids.map((id) => html`<li data-conversation-id=${id}>${id}</li>`)}
        <li>No id</li>
      </ul>
    </div>
  `);
  const filter = box.querySelector('pipeline-filter')!;
  await ready(filter);
  return { filter, list: box.querySelector('ul')! };
}

export const ready = (filter: PipelineFilter): Promise<boolean> =>
  until(() => filter.hasUpdated && !filter.matches(':state(loading)'), 'the filter to load');

export const shown = (list: Element): string[] =>
  [...list.querySelectorAll<HTMLElement>('li')].filter((row) => !row.hidden).map((row) => row.textContent.trim());

export const shows = (list: Element, ...rows: string[]): Promise<boolean> =>
  until(
    () => shown(list).join() === [...rows, 'No id'].join(),
    `the list to show ${rows.join()}, it shows ${shown(list).join()}`,
  );

/** Waits for two frames: by then small changes of the list are done. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 2; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
}

export function row(id: string, text = id): HTMLElement {
  const element = document.createElement('li');
  element.dataset['conversationId'] = id;
  element.textContent = text;
  return element;
}

export const box = (filter: Element, name: string | RegExp): HTMLElement => byRole(filter, 'checkbox', name);

export async function open(filter: PipelineFilter): Promise<void> {
  filter.show();
  await until(() => queryByRole(filter, 'checkbox'));
}

export async function click(element: Element): Promise<void> {
  const { left, top, width, height } = element.getBoundingClientRect();
  await sendMouse({ type: 'click', position: [Math.round(left + width / 2), Math.round(top + height / 2)] });
}

/** Records the filters of the change events from now on. */
export function changes(filter: PipelineFilter): Filter[] {
  const seen: Filter[] = [];
  filter.addEventListener('pipeline-filter-change', (event) => seen.push(event.filter));
  return seen;
}
