import { ReactiveElement, type PropertyDeclarations, type PropertyValues } from '@lit/reactive-element';
import type { PipelineAdapter } from '../adapters/adapter.js';
import { PipelineErrorEvent } from '../events.js';
import type { Messages } from '../locales/en.js';
import { StoreController, type StoreUse } from '../store/store-controller.js';
import type { Interest, PipelineStore } from '../store/pipeline.js';
import { LocalizeController, type Translate } from './localize.js';
import { policyRefusal, showRefusal } from './trusted-types.js';

const warned = new Set<string>();

/** Tells a developer once what to write instead; an element never throws at a value of its host. */
export function warnOnce(text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  console.warn(`pipeline-elements: ${text}`);
}

const STATES = ['open', 'loading', 'saving', 'error', 'empty', 'dragging', 'filtered'] as const;
export type ElementState = (typeof STATES)[number];

/**
 * What the three elements share: where their data comes from, in which words they speak, how they report failures,
 * and what a designer sets (src/styles/tokens.ts has the defaults).
 *
 * @cssprop --pipeline-surface - Background of the settings' card and of text fields.
 * @cssprop --pipeline-surface-raised - Background of buttons and of what floats: popups, dialogs, messages.
 * @cssprop --pipeline-text - Text.
 * @cssprop --pipeline-text-muted - Counts, hints, icons, "No status".
 * @cssprop --pipeline-border - Lines: cards, popups, fields, buttons.
 * @cssprop --pipeline-accent - Primary buttons, links, what is chosen. Text on it is white or black, whichever is readable.
 * @cssprop --pipeline-danger - Deletion and errors. Text on it is white or black, whichever is readable.
 * @cssprop --pipeline-focus-ring - Colour of the focus ring; by default the accent.
 * @cssprop --pipeline-focus-width - Width of the focus ring.
 * @cssprop --pipeline-font - Font family; by default the page's.
 * @cssprop --pipeline-font-size - Size of text; by default 0.875rem.
 * @cssprop --pipeline-radius - Corners of cards, popups, buttons and fields.
 * @cssprop --pipeline-chip-radius - Corners of a status's chip.
 * @cssprop --pipeline-gap - Space between the parts of an element.
 * @cssprop --pipeline-control-size - Least size of buttons, fields and rows; by default 28px, and 44px for fingers.
 * @cssprop --pipeline-status-{slug} - Colour of the status whose name has this slug (`[a-z0-9-]`).
 */
export abstract class PipelineElement extends ReactiveElement {
  static override properties: PropertyDeclarations = {
    // With an accessor of its own: after another one is set, nothing of the old source may happen any more.
    adapter: { attribute: false, noAccessor: true },
    locale: {},
    strings: { attribute: false },
  };

  static override shadowRootOptions: ShadowRootInit = { ...ReactiveElement.shadowRootOptions, delegatesFocus: true };

  /** Language tag; by default a provider's, else that of the closest `lang`, through shadow roots. */
  locale: string | null = null;

  /** Words to use instead of the language's own, by message key. */
  strings: Partial<Messages> | null = null;

  protected readonly internals = this.attachInternals();
  protected readonly localize = new LocalizeController(this);
  protected readonly stores = new StoreController<PipelineElement>(this, PipelineElement.#storeUse);

  static readonly #storeUse: StoreUse<PipelineElement> = {
    interest: (element, store) => element.interest(store),
    changed: (element) => element.storeChanged(),
    sourceChanged: (element, isSession) => element.sourceChanged(isSession),
    report: (element, error, action) => element.dispatchEvent(new PipelineErrorEvent(error, action)),
  };

  #adapter: PipelineAdapter | undefined;

  /** One bit for each that is on: asking the browser for each of a thousand elements takes longer. */
  #states = 0;

  /** What it shows of a store; asked for each, and again by `stores.rewatch()`. */
  protected abstract interest(store: PipelineStore): Interest;

  /** Where the data comes from; takes precedence over a provider's and the default adapter. */
  get adapter(): PipelineAdapter | undefined {
    return this.#adapter;
  }

  set adapter(adapter: PipelineAdapter | undefined) {
    const before = this.#adapter;
    this.#adapter = adapter ?? undefined;
    this.requestUpdate('adapter', before);
    this.stores.resolve();
  }

  /**
   * The data comes from another source from now on, or it is not known from where: closes what is open and drops what
   * was begun. `isSession`: the adapter is the same, and someone else has signed in. `store` is the new one already.
   */
  protected abstract sourceChanged(isSession: boolean): void;

  /** Something of what it shows may have changed. */
  protected storeChanged(): void {
    this.requestUpdate();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.localize.connect();
    this.stores.connect();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.localize.disconnect();
    this.stores.disconnect();
  }

  /** The store, once it is known where the data comes from. */
  protected get store(): PipelineStore | undefined {
    return this.stores.store;
  }

  /** Translates a message key. Bound. */
  protected get text(): Translate {
    return this.localize.text;
  }

  /** `:state(name)` for style sheets outside. */
  protected setState(name: ElementState, on: boolean): void {
    const bit = 1 << STATES.indexOf(name);
    if (on === (this.#states & bit) > 0) return;
    this.#states ^= bit;
    // Safari before 17.4 has no custom states; everything but the designer's hook works without.
    if (on) this.internals.states?.add(name);
    else this.internals.states?.delete(name);
  }

  /** Shows nothing but the reason where the page's Content-Security-Policy lets no element work. */
  protected override performUpdate(): void {
    if (!policyRefusal()) return super.performUpdate();
    this.setState('error', true);
    showRefusal(this, this.renderRoot);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('locale')) this.localize.refresh();
  }
}
