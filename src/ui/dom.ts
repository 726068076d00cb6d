/** Small DOM helpers: registering elements, creating them without templates, moving focus when its element is removed. */

/** Registers a class under a tag name. If another copy of the package has registered it, that one stays, with a warning. */
export function define(tag: string, elementClass: CustomElementConstructor): void {
  const known = customElements.get(tag);
  if (!known) customElements.define(tag, elementClass);
  else if (known !== elementClass) {
    console.warn(`pipeline-elements: another copy of the package has registered <${tag}>; it is used.`);
  }
}

/** Attributes by name; `null`: absent. */
export type Attributes = Readonly<Record<string, string | null>>;

export const NONE: Attributes = {};

/** Creates an element without lit's templates, for code that should not load them. */
export function create(tag: string, attributes: Attributes = NONE, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(tag);
  assign(element, attributes, NONE);
  element.append(...children);
  return element;
}

/** Sets the attributes that differ from `before`. */
export function assign(element: Element, now: Attributes, before: Attributes): void {
  for (const name in now) {
    const value = now[name] ?? null;
    if (value === (before[name] ?? null)) continue;
    if (value === null) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
}

/** If no animation frame has come after this time, none will soon: the page is hidden or covered. Milliseconds. */
export const FRAME_TIMEOUT = 100;

/** Whether an element may take focus: it has focus already, or nothing has. A user who went on to another field is left alone. */
export function canTakeFocus(host: Element): boolean {
  const root = host.getRootNode() as Document | ShadowRoot;
  if (root.activeElement === host) return true;
  return document.activeElement === null || document.activeElement === document.body;
}

/**
 * Notes which item of a list has focus. The returned function is called after that item was removed: it returns the
 * item that took its place, or else the last one; `undefined` if no item had focus, or none is left.
 * `selector` matches the items; focus is in an item or on it.
 */
export function focusAfterRemoval(root: ShadowRoot, selector: string): () => HTMLElement | undefined {
  const find = (): HTMLElement[] => [...root.querySelectorAll<HTMLElement>(selector)];
  const focused = root.activeElement;
  const index = focused ? find().findIndex((item) => item.contains(focused)) : -1;
  return () => {
    if (index < 0) return undefined;
    const items = find();
    return items[index] ?? items.at(-1);
  };
}
