import { allByRole, textsOfPart } from './find.js';
import { WORDS, type HarnessWords } from './words.js';

/** How long a harness waits for what it needs, and how often it looks. Milliseconds. */
const PATIENCE = 5000;
const PAUSE = 10;

/**
 * Uses an element as a person does, in a host's own tests, under any test runner in a browser. What an element rejects is
 * no failure of the harness: it stands in `error`. A control that is not there is one: the method rejects.
 */
export abstract class Harness<E extends HTMLElement> {
  readonly element: E;
  readonly #words: HarnessWords;

  /** @param words the messages of the page's language, where that is not English: `id` of `pipeline-elements/locales/id`. */
  constructor(element: E, words: HarnessWords = {}) {
    this.element = element;
    this.#words = words;
  }

  /** Resolves when the element has loaded and no write of its own is on its way. */
  async settled(): Promise<void> {
    await this.until(
      () => this.element.matches(':defined:not(:state(loading), :state(saving))'),
      () => 'the element to load',
    );
  }

  /** What the element says that failed; '' when nothing did. */
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

  /** The element of a role and name, as soon as there is one. */
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
    const end = Date.now() + PATIENCE;
    // First let what was just clicked be rendered.
    do await new Promise((resolve) => setTimeout(resolve, PAUSE));
    while (!condition() && Date.now() < end);
    if (!condition()) throw new Error(`<${this.element.localName}>: waited ${PATIENCE} ms for ${what()}.`);
  }
}
