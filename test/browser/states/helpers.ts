/** Builds the states: an example pipeline, and helpers that act like a user. */
import { MemoryAdapter } from '../../../src/adapters/memory.js';
import { PipelineError } from '../../../src/model/errors.js';
import '../../../src/define.js';
import { byRole, until } from '../../support.js';

/** Puts an element into a state. `main` is the page's empty main element. */
export type State = (main: HTMLElement) => Promise<unknown>;

type Tag = 'pipeline-settings' | 'pipeline-status-picker' | 'pipeline-filter';

/** Names of various lengths and scripts. */
const STATUSES = [
  ['leads', 'Leads', '#2775f8'],
  ['purchase', 'Purchase', '#03a74d'],
  ['repurchase', 'Repurchase', '#8b00f6'],
  ['waiting', 'Waiting for the supplier to confirm a date', '#fb0547'],
  ['done', 'تم التسليم', '#887703'],
] as const;

/** Five statuses; Leads and Purchase have conversations: `c0` is in Leads, `c1` in Purchase, `c2` has none. */
export async function example(): Promise<MemoryAdapter> {
  const adapter = new MemoryAdapter();
  for (const [id, name, color] of STATUSES) await adapter.createStatus({ id, name, color });
  const refs = (n: number, of: number): { conversationId: string; contactId: string }[] =>
    Array.from({ length: n }, (_, i) => ({ conversationId: `c${3 * i + of}`, contactId: `p${i}` }));
  await adapter.setStatus(refs(24, 0), 'leads');
  await adapter.setStatus(refs(1, 1), 'purchase');
  await adapter.setStatus(refs(160, 4), 'purchase');
  await adapter.putConversations(refs(1240, 2));
  return adapter;
}

/** An example with more statuses than a popup shows without a search field. */
export async function long(total: number): Promise<MemoryAdapter> {
  const adapter = await example();
  for (let i = STATUSES.length + 1; i <= total; i++) {
    await adapter.createStatus({ id: `s${i}`, name: `Step ${i}`, color: STATUSES[i % 3]![2] });
  }
  return adapter;
}

export const refuse =
  (code: PipelineError['code'] = 'forbidden') =>
  (): Promise<never> =>
    Promise.reject(new PipelineError(code, 'for the picture'));

/** Never settles. */
export const hang = (): Promise<never> => new Promise(() => undefined);

/** Adds an element to the page. */
export async function put<T extends Tag>(
  main: HTMLElement,
  tag: T,
  adapter: MemoryAdapter,
  properties: Partial<HTMLElementTagNameMap[T]> = {},
): Promise<HTMLElementTagNameMap[T]> {
  const element = Object.assign(document.createElement(tag), { adapter }, properties);
  main.append(element);
  await element.updateComplete;
  return element;
}

/** Adds an element to the page and waits for its data. */
export async function loaded<T extends Tag>(...args: Parameters<typeof put<T>>): Promise<HTMLElementTagNameMap[T]> {
  const element = await put(...args);
  await until(() => !element.matches(':state(loading)'), 'the element to load');
  await element.updateComplete;
  return element;
}

/** Clicks the element with this role and name. */
export async function press(element: Element, role: string, name: string | RegExp): Promise<void> {
  byRole(element, role, name).click();
  await (element as HTMLElementTagNameMap[Tag]).updateComplete;
}

/** Types into a field. */
export function type(field: HTMLElement, value: string): void {
  (field as HTMLInputElement).value = value;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

export function key(element: HTMLElement, name: string): void {
  element.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, composed: true, cancelable: true }));
}

/** Finishes animations, so that the final state is visible. */
export function settle(root: Document | ShadowRoot = document): void {
  for (const animation of root.getAnimations()) {
    if (animation.effect?.getComputedTiming().iterations !== Infinity) animation.finish();
  }
  for (const { shadowRoot } of root.querySelectorAll('*')) if (shadowRoot) settle(shadowRoot);
}
