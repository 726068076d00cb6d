/** Helpers of the picker's tests. */
import { fixture, html } from '@open-wc/testing';
import { sendKeys, sendMouse } from '@web/test-runner-commands';
import { allByRole, byRole, deepActiveElement, queryByRole, until } from '../../../test/support.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import type { SetResult } from '../../model/entry.js';
import type { PipelineError } from '../../model/errors.js';
import './define.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';

export const PHONE = '6281234567890@s.whatsapp.net';

export async function pipeline(names = ['Leads', 'Purchase', 'Repurchase']): Promise<MemoryAdapter> {
  const adapter = new MemoryAdapter();
  const colors = ['#2775f8', '#03a74d', '#8b00f6'];
  for (const [i, name] of names.entries()) {
    await adapter.createStatus({ id: name.toLowerCase(), name, color: colors[i % 3]! });
  }
  return adapter;
}

export async function picker(adapter: MemoryAdapter, conversationId = PHONE): Promise<PipelineStatusPicker> {
  const element = await fixture<PipelineStatusPicker>(
    html`<pipeline-status-picker .adapter=${adapter} conversation-id=${conversationId}></pipeline-status-picker>`,
  );
  await ready(element);
  return element;
}

export const trigger = (element: Element): HTMLElement =>
  byRole(element, 'combobox', /^(Pipeline status|Status pipeline)$/);
export const isReady = (element: Element): boolean => !element.matches(':state(loading)');
/** Waits until the picker is loaded. */
export async function ready(element: PipelineStatusPicker): Promise<void> {
  await element.updateComplete;
  await until(() => isReady(element), 'the picker to load');
}
export const shown = (element: Element): string => trigger(element).textContent.trim();
export const options = (element: Element): string[] =>
  allByRole(element, 'option').map((option) => option.textContent.trim());

export async function statusOf(adapter: MemoryAdapter, id = PHONE): Promise<string | null | undefined> {
  return (await adapter.getEntries([id])).get(id)?.statusId;
}

export async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await sendKeys({ press: key });
}

export async function click(element: Element): Promise<void> {
  const { left, top, width, height } = element.getBoundingClientRect();
  await sendMouse({ type: 'click', position: [Math.round(left + width / 2), Math.round(top + height / 2)] });
}

/** The text of what has focus in an open list; `undefined` while the pill has focus, whose text may be the same. */
export function focusedText(): string | undefined {
  const focused = deepActiveElement();
  return focused?.matches('.trigger') ? undefined : focused?.textContent?.trim();
}

/** Waits for an option of the open list. */
export const option = (element: Element, name: string): Promise<HTMLElement> =>
  until(() => queryByRole(element, 'option', name), `the option ${name}`);

/** Opens the list and clicks an option by script, without moving the mouse. */
export async function pick(element: PipelineStatusPicker, name: string): Promise<void> {
  element.show();
  (await option(element, name)).click();
}

/** The message beside the pill about a failed change. */
export const problem = (element: Element): string | undefined =>
  element.shadowRoot!.querySelector('.message[part=error]')?.textContent?.trim();

export interface HeldWrite {
  statusId: string | null;
  go(): void;
  refuse(error: PipelineError): void;
}

/** Holds the adapter's writes back until the test lets each of them continue or fail. */
export function hold(adapter: MemoryAdapter): HeldWrite[] {
  const write = adapter.setStatus.bind(adapter);
  const held: HeldWrite[] = [];
  adapter.setStatus = (...args) =>
    new Promise<readonly SetResult[]>((resolve, reject) => {
      held.push({ statusId: args[1], go: () => resolve(write(...args)), refuse: reject });
    });
  return held;
}
