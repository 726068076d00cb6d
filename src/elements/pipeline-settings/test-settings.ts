/** Helpers for the tests of the settings. */
import { fixture, html } from '@open-wc/testing';
import { sendKeys, sendMouse } from '@web/test-runner-commands';
import { allByRole, byRole, deepActiveElement, until } from '../../../test/support.js';
import type { PipelineAdapter } from '../../adapters/adapter.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import { PipelineError } from '../../model/errors.js';
import './define.js';
import type { PipelineSettings } from './pipeline-settings.js';

export const NAMES = ['Leads', 'Purchase', 'Repurchase'];
const COLORS = ['#2775f8', '#fb0547', '#8b91a5'];

/** An adapter with statuses whose ids are their names in lower case. */
export async function pipeline(names: readonly string[] = NAMES): Promise<MemoryAdapter> {
  const adapter = new MemoryAdapter();
  for (const [i, name] of names.entries()) {
    await adapter.createStatus({ id: name.toLowerCase(), name, color: COLORS[i % COLORS.length]! });
  }
  return adapter;
}

/** Gives a status to `count` conversations of its own. */
export async function use(adapter: PipelineAdapter, statusId: string, count: number): Promise<void> {
  const refs = Array.from({ length: count }, (_, i) => ({ conversationId: `${statusId}-${i}` }));
  await adapter.setStatus(refs, statusId);
}

export async function settings(adapter: PipelineAdapter): Promise<PipelineSettings> {
  const element = await fixture<PipelineSettings>(html`<pipeline-settings .adapter=${adapter}></pipeline-settings>`);
  await until(() => !element.matches(':state(loading)'), 'the settings to load');
  await element.updateComplete;
  return element;
}

/** The names of the statuses in the list; "…" for one that is being edited. */
export function rows(element: Element): string[] {
  return allByRole(element, 'listitem').map((row) => row.querySelector('.name .label')?.textContent ?? '…');
}

/** The names of the statuses as stored by the adapter. */
export async function stored(adapter: PipelineAdapter): Promise<string[]> {
  return (await adapter.listStatuses()).items.map((status) => status.name);
}

export async function statusOf(adapter: PipelineAdapter, conversationId: string): Promise<string | null | undefined> {
  return (await adapter.getEntries([conversationId])).get(conversationId)?.statusId;
}

export const button = (element: Element, name: string): HTMLElement => byRole(element, 'button', name);
export const field = (element: Element): HTMLInputElement =>
  byRole(element, 'textbox', 'Status name') as HTMLInputElement;

/** The message below the list, if there is one. */
export const message = (element: Element): string =>
  element.shadowRoot!.querySelector('.message-text')?.textContent?.trim() ?? '';

/** The error in a form or in the dialog. */
export const problem = (element: Element): string =>
  element.shadowRoot!.querySelector('.problem')?.textContent?.trim() ?? '';

export async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await sendKeys({ press: key });
}

export async function altPress(key: string): Promise<void> {
  await sendKeys({ down: 'Alt' });
  await sendKeys({ press: key });
  await sendKeys({ up: 'Alt' });
}

export async function type(text: string): Promise<void> {
  await sendKeys({ type: text });
}

/** Replaces the text of the focused field. */
export async function retype(text: string): Promise<void> {
  (deepActiveElement() as HTMLInputElement).select();
  if (text) await type(text);
  else await press('Delete');
}

export function center(element: Element): [number, number] {
  const { left, top, width, height } = element.getBoundingClientRect();
  return [Math.round(left + width / 2), Math.round(top + height / 2)];
}

export async function click(element: Element): Promise<void> {
  await sendMouse({ type: 'click', position: center(element) });
}

export const focused = (): Element | null => deepActiveElement();

export const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));

/** Makes one method of an adapter reject `times` times. */
export function refuse<K extends keyof MemoryAdapter>(
  adapter: MemoryAdapter,
  method: K,
  error: PipelineError = new PipelineError('forbidden', 'no'),
  times = 1,
): void {
  const own = adapter[method];
  let left = times;
  adapter[method] = (() => {
    if (--left <= 0) adapter[method] = own;
    return Promise.reject(error);
  }) as never;
}

/** Makes one method of an adapter wait until the returned function is called. */
export function delay<K extends keyof MemoryAdapter>(adapter: MemoryAdapter, method: K): () => void {
  const own = (adapter[method] as (...args: unknown[]) => Promise<unknown>).bind(adapter);
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  adapter[method] = (async (...args: unknown[]) => {
    await gate;
    return own(...args);
  }) as never;
  return go;
}
