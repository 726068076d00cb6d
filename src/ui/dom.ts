/** Elements written by hand, where a template would be all that lit is loaded for. */

/** `null`: the attribute is not there. */
export type Attributes = Readonly<Record<string, string | null>>;

export const NONE: Attributes = {};

export function create(tag: string, attributes: Attributes = NONE, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(tag);
  assign(element, attributes, NONE);
  element.append(...children);
  return element;
}

/** Sets the attributes that are not as they were. */
export function assign(element: Element, now: Attributes, before: Attributes): void {
  for (const name in now) {
    const value = now[name] ?? null;
    if (value === (before[name] ?? null)) continue;
    if (value === null) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
}
