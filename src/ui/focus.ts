/** Moves focus when the element that has it is moved or removed. */

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
