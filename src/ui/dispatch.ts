/** Dispatches events of elements that may have left the page. */

/**
 * Returns how to dispatch events at an element that may have left the page by then: they also reach what was around it,
 * as far as that is still in the page, or else the document.
 */
export function dispatcherAt(element: Element): (event: Event) => void {
  const around: Node[] = [];
  for (let node = parentOf(element); node; node = parentOf(node)) around.push(node);
  return (event) => {
    const isRemoved = !element.isConnected;
    element.dispatchEvent(event);
    if (isRemoved) (around.find((node) => node.isConnected) ?? element.ownerDocument).dispatchEvent(event);
  };
}

const parentOf = (node: Node): Node | null => node.parentNode ?? (node as Partial<ShadowRoot>).host ?? null;
