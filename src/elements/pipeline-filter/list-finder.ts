/**
 * Finds the list that a filter is `for`, now and whenever the page changes: it may come after the filter, be replaced
 * by a framework, or change its id.
 */
export class ListFinder {
  readonly #onChange: () => void;
  readonly #observer: MutationObserver;
  #root: Node | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#observer = new MutationObserver(() => this.#onChange());
  }

  /** The list with this id in the element's own root; from now on `onChange` is called when that may have changed. */
  find(element: Element, id: string | null): HTMLElement | null {
    if (!id || !element.isConnected) {
      this.stop();
      return null;
    }
    const root = element.getRootNode() as Document | ShadowRoot;
    if (this.#root !== root) {
      this.stop();
      this.#root = root;
      this.#observer.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['id'] });
    }
    return root.getElementById(id);
  }

  stop(): void {
    this.#observer.disconnect();
    this.#root = undefined;
  }
}
