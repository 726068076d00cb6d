/** Shared by the browser tests: finds elements by role and name, through shadow roots. */
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

/** Every visible element of a role, optionally with a name. */
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

/** The only visible element of a role and name; otherwise fails and lists what there is. */
export function byRole(within: Element | Document, role: string, name?: string | RegExp): HTMLElement {
  const found = allByRole(within, role, name);
  if (found.length === 1) return found[0]!;
  const names = allByRole(within, role).map((element) => `"${computeAccessibleName(element)}"`);
  throw new Error(
    `${found.length} elements with role ${role} and name ${String(name)}; with that role: ${names.join(', ')}`,
  );
}

/**
 * Waits until `check` returns something, once per frame.
 *
 * @param seconds only ends a test that hangs, so it is far longer than anything takes on a busy machine.
 */
export async function until<T>(
  check: () => T | Promise<T>,
  what = 'the condition',
  seconds = 25,
): Promise<NonNullable<T>> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const result = await check();
    if (result) return result;
    if (performance.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

/** The focused element, inside shadow roots. */
export function deepActiveElement(): Element | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}

/** The text last announced to screen readers. */
export function announced(): string {
  return [...document.querySelectorAll('[data-pipeline-announcer]')]
    .map((region) => region.textContent?.trim())
    .join('\n');
}

/** The next event of a type, with its event class. */
export function nextEvent<K extends keyof HTMLElementEventMap>(
  target: HTMLElement,
  type: K,
): Promise<HTMLElementEventMap[K]> {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}

/**
 * Runs `work` while timers of a second or more are held back. `fire` runs those that were not cleared, and resolves in
 * a later task.
 */
export async function holdingTimers(work: (fire: () => Promise<void>) => Promise<void>): Promise<void> {
  const { setTimeout: realSet, clearTimeout: realClear } = window;
  const held = new Map<number, () => void>();
  const holding = (run: () => void, ms = 0): number => {
    if (ms < 1000) return realSet(run, ms);
    held.set(-held.size - 1, run);
    return -held.size;
  };
  const clearing = (id: number | undefined): void => {
    if (id === undefined || !held.delete(id)) realClear(id);
  };
  Object.assign(window, { setTimeout: holding, clearTimeout: clearing });
  try {
    await work(async () => {
      const runs = [...held.values()];
      held.clear();
      for (const run of runs) run();
      await new Promise((resolve) => realSet(resolve));
    });
  } finally {
    Object.assign(window, { setTimeout: realSet, clearTimeout: realClear });
  }
}
