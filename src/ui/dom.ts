/** Small DOM helpers: registering elements, creating them without templates. */

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
