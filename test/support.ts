/** What the browser tests share: finding things as a person does, by role and name, through shadow roots. */
import { computeAccessibleName, getRole } from 'dom-accessibility-api';

function* deep(root: ParentNode): Iterable<Element> {
  for (const element of root.querySelectorAll('*')) {
    yield element;
    if (element.shadowRoot) yield* deep(element.shadowRoot);
  }
}

function isShown(element: Element): boolean {
  return element.checkVisibility({ checkVisibilityCSS: true }) && !element.closest('[aria-hidden="true"], [inert]');
}

const rootOf = (within: Element | Document): ParentNode => (within instanceof Element && within.shadowRoot) || within;

/** Every shown element of a role, and of a name when one is given. */
export function allByRole(within: Element | Document, role: string, name?: string | RegExp): HTMLElement[] {
  return [...deep(rootOf(within))].filter((element): element is HTMLElement => {
    if (getRole(element) !== role || !isShown(element)) return false;
    if (name === undefined) return true;
    const found = computeAccessibleName(element);
    return typeof name === 'string' ? found === name : name.test(found);
  });
}

export function queryByRole(within: Element | Document, role: string, name?: string | RegExp): HTMLElement | undefined {
  return allByRole(within, role, name)[0];
}

/** The one shown element of a role and name; fails with what there is instead. */
export function byRole(within: Element | Document, role: string, name?: string | RegExp): HTMLElement {
  const found = allByRole(within, role, name);
  if (found.length === 1) return found[0]!;
  const names = allByRole(within, role).map((element) => `"${computeAccessibleName(element)}"`);
  throw new Error(
    `${found.length} elements with role ${role} and name ${String(name)}; with that role: ${names.join(', ')}`,
  );
}

/** Waits until `check` returns something, looking once a frame. */
export async function until<T>(
  check: () => T | Promise<T>,
  what = 'the condition',
  seconds = 3,
): Promise<NonNullable<T>> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const result = await check();
    if (result) return result;
    if (performance.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

/** The element that has focus, inside shadow roots. */
export function deepActiveElement(): Element | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}

/** The words last announced to screen readers. */
export function announced(): string {
  return [...document.querySelectorAll('[data-pipeline-announcer]')]
    .map((region) => region.textContent?.trim())
    .join('\n');
}

/** The next event of a type, as its own class. */
export function nextEvent<K extends keyof HTMLElementEventMap>(
  target: HTMLElement,
  type: K,
): Promise<HTMLElementEventMap[K]> {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}
