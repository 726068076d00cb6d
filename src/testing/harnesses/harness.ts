/** What the harnesses of all elements share. */
import { allByRole, textsOfPart } from './find.js';
import { WORDS, type HarnessWords } from './words.js';

/** How long a harness waits for a condition, and how often it checks (milliseconds). */
const TIMEOUT = 5000;
const INTERVAL = 10;

/**
 * Uses an element like a user, in the tests of a host, under any test runner in a browser. What the element rejects is in
 * `error`; if a control is missing, the method of the harness rejects.
 */
export abstract class Harness<E extends HTMLElement> {
  readonly element: E;
  readonly #words: HarnessWords;

  /** @param words the messages of the page's language, if it is not English: `id` of `pipeline-elements/locales/id`. */
  constructor(element: E, words: HarnessWords = {}) {
    this.element = element;
    this.#words = words;
  }

  /** Resolves when the element has loaded and no write of it is pending. */
  async settled(): Promise<void> {
    await this.until(
      () => this.element.matches(':defined:not(:state(loading), :state(saving))'),
      () => 'the element to load',
    );
  }

  /** The error message that the element shows; '' if there is none. */
  get error(): string {
    return textsOfPart(this.root, 'error').join(' ');
  }

  protected get root(): ShadowRoot {
    const { shadowRoot, localName } = this.element;
    if (!shadowRoot) throw new Error(`<${localName}> is not defined: import its "define" first.`);
    return shadowRoot;
  }

  protected word(key: keyof HarnessWords, name = ''): string {
    const word = this.#words[key] ?? WORDS[key];
    return (typeof word === 'string' ? word : word.other).replace('{name}', () => name);
  }

  protected all(role: string, name?: string, within: ParentNode = this.root): HTMLElement[] {
    return allByRole(within, role, name);
  }

  /** The element with this role and name, once it exists. */
  protected async one(role: string, name: string, within?: ParentNode): Promise<HTMLElement> {
    await this.until(
      () => this.all(role, name, within).length > 0,
      () => `a ${role} named "${name}"; there are: ${this.names(role).join(', ') || 'none'}`,
    );
    return this.all(role, name, within)[0]!;
  }

  protected async click(role: string, name: string, within?: ParentNode): Promise<void> {
    (await this.one(role, name, within)).click();
  }

  protected names(role: string): string[] {
    return this.all(role).map((element) => element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '');
  }

  protected async until(condition: () => boolean, what: () => string): Promise<void> {
    const end = Date.now() + TIMEOUT;
    // First wait until the last click is rendered.
    do await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    while (!condition() && Date.now() < end);
    if (!condition()) throw new Error(`<${this.element.localName}>: waited ${TIMEOUT} ms for ${what()}.`);
  }
}
