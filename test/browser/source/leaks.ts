/** Detects what the old source of a page still does after it was replaced. */

/** Matches names, ids and messages of the old source. */
const OLD = /OLD|\bold-/;

const EVENTS = [
  'pipeline-before-status-change',
  'pipeline-status-change',
  'pipeline-filter-change',
  'pipeline-before-statuses-change',
  'pipeline-statuses-change',
  'pipeline-error',
  'input',
  'change',
] as const;

function* textsIn(root: Element | ShadowRoot): Iterable<string> {
  for (const node of root.childNodes) if (node.nodeType === Node.TEXT_NODE) yield node.textContent ?? '';
  if (root instanceof Element) for (const { name, value } of root.attributes) yield `${name}="${value}"`;
  if (root instanceof HTMLInputElement) yield root.value;
  for (const child of root.children) if (!(child instanceof HTMLScriptElement)) yield* textsIn(child);
  if (root instanceof Element && root.shadowRoot) yield* textsIn(root.shadowRoot);
}

/** Texts of the old source that are in the page. */
export const remains = (): string[] => [...textsIn(document.body)].filter((text) => OLD.test(text));

/** Watches the page from the moment when its source has changed. */
export class Leaks {
  readonly found: string[] = [];
  readonly #allowed: (event: Event) => boolean;
  readonly #spoken = new MutationObserver((records) => {
    for (const { target } of records) {
      const region = (target instanceof Element ? target : target.parentElement)?.closest('[data-pipeline-announcer]');
      if (region && OLD.test(region.textContent ?? '')) this.found.push(`spoken: ${region.textContent}`);
    }
  });
  #frame = 0;

  /** `allowed`: expected events. */
  constructor(allowed: (event: Event) => boolean) {
    this.#allowed = allowed;
  }

  start(): void {
    for (const type of EVENTS) document.addEventListener(type, this.#handleEvent, { capture: true });
    this.#spoken.observe(document.body, { subtree: true, childList: true, characterData: true });
    this.#look();
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#spoken.disconnect();
    for (const type of EVENTS) document.removeEventListener(type, this.#handleEvent, { capture: true });
  }

  /** Checks once per frame, before it is painted. */
  readonly #look = (): void => {
    this.#frame = requestAnimationFrame(() => {
      for (const text of remains()) this.found.push(`shown: ${text}`);
      this.#look();
    });
  };

  readonly #handleEvent = (event: Event): void => {
    if (this.#allowed(event)) return;
    // Events of inner fields do not leave the element.
    const isNative = event.type === 'input' || event.type === 'change';
    if (isNative && !(event.composedPath()[0] as Element).localName.startsWith('pipeline-')) return;
    const { error, action } = event as unknown as { error?: Error; action?: string };
    this.found.push(`event: ${[event.type, action, error?.message].filter(Boolean).join(' ')}`);
  };
}

/** Captures timers that are set from now on, so that the test can fire them instead of waiting. */
export class Timers {
  readonly #own = { set: window.setTimeout.bind(window), clear: window.clearTimeout.bind(window) };
  readonly #waiting = new Map<number, () => void>();

  constructor() {
    const set = (act: (...args: unknown[]) => void, delay = 0, ...args: unknown[]): number => {
      const run = (): void => {
        if (this.#waiting.delete(id) || delay > 1500) act(...args);
      };
      const id = this.#own.set(run, delay);
      // Longer timers are for retrying failed reads.
      if (delay <= 1500) this.#waiting.set(id, run);
      return id;
    };
    const clear = (id?: number): void => {
      if (id !== undefined) this.#waiting.delete(id);
      this.#own.clear(id);
    };
    Object.assign(window, { setTimeout: set, clearTimeout: clear });
  }

  /** Fires all captured timers. */
  letOff(): void {
    for (const run of [...this.#waiting.values()]) run();
  }

  restore(): void {
    Object.assign(window, { setTimeout: this.#own.set, clearTimeout: this.#own.clear });
  }
}
