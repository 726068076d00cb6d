/** The base class of the elements: data source, language, errors and custom states. */
import { ReactiveElement, type PropertyDeclarations, type PropertyValues } from '@lit/reactive-element';
import type { PipelineAdapter } from '../adapters/adapter.js';
import { PipelineErrorEvent } from '../events/error.js';
import type { Messages } from '../locales/en.js';
import { StoreController, type StoreUse } from '../store/store-controller.js';
import type { Interest, PipelineStore } from '../store/pipeline.js';
import { LocalizeController, type Translate } from './localize.js';
import { policyRefusal, showRefusal } from './trusted-types.js';

const STATES = ['open', 'loading', 'saving', 'error', 'empty', 'dragging', 'filtered'] as const;
export type ElementState = (typeof STATES)[number];

/**
 * Based on ReactiveElement, not LitElement, whose templates a closed picker does not need: with them its first load would
 * be 3 kB (a sixth) larger. An element with templates calls lit's `render()` in its `update()`.
 *
 * The defaults of the custom properties are in src/styles/base.ts and control-tokens.ts.
 *
 * @cssprop --pipeline-surface - Background of the settings' card and of text fields.
 * @cssprop --pipeline-surface-raised - Background of buttons and of what floats: popups, dialogs, messages.
 * @cssprop --pipeline-text - Text.
 * @cssprop --pipeline-text-muted - Counts, hints, icons, "No status".
 * @cssprop --pipeline-border - Lines: cards, popups, fields, buttons.
 * @cssprop --pipeline-accent - Primary buttons, links, what is selected. Text on it is white or black, whichever is readable.
 * @cssprop --pipeline-danger - Deletion and errors. Text on it is white or black, whichever is readable.
 * @cssprop --pipeline-focus-ring - Color of the focus ring; by default the accent.
 * @cssprop --pipeline-focus-width - Width of the focus ring.
 * @cssprop --pipeline-font - Font family; by default the page's.
 * @cssprop --pipeline-font-size - Size of text; by default 0.875rem.
 * @cssprop --pipeline-radius - Corners of cards, popups, buttons and fields.
 * @cssprop --pipeline-chip-radius - Corners of a status's chip.
 * @cssprop --pipeline-gap - Space between the parts of an element.
 * @cssprop --pipeline-control-size - Least size of buttons, fields and rows; by default 28px, and 44px for fingers.
 * @cssprop --pipeline-status-{slug} - Color of the status whose name has this slug (`[a-z0-9-]`).
 */
export abstract class PipelineElement extends ReactiveElement {
  static override properties: PropertyDeclarations = {
    // Has its own accessor: the old source must have no effect from the moment that another one is set.
    adapter: { attribute: false, noAccessor: true },
    locale: {},
    strings: { attribute: false },
  };

  static override shadowRootOptions: ShadowRootInit = { ...ReactiveElement.shadowRootOptions, delegatesFocus: true };

  /** Language tag; by default that of a provider, or else of the closest `lang` attribute, through shadow roots. */
  locale: string | null = null;

  /** Messages that replace those of the language, by message key. */
  strings: Partial<Messages> | null = null;

  protected readonly internals = this.attachInternals();
  protected readonly localize = new LocalizeController(this);
  protected readonly stores = new StoreController<PipelineElement>(this, PipelineElement.#storeUse);

  static readonly #storeUse: StoreUse<PipelineElement> = {
    interest: (element, store) => element.interest(store),
    changed: (element) => element.storeChanged(),
    sourceChanged: (element, isSession) => element.sourceChanged(isSession),
    report: (element, ...failure) => element.dispatchEvent(new PipelineErrorEvent(...failure)),
  };

  #adapter: PipelineAdapter | undefined;

  /** The custom states that are on, one bit each: reading them from the browser is slower. */
  #states = 0;

  /** What the element shows of a store. Called for each store, and again after `stores.rewatch()`. */
  protected abstract interest(store: PipelineStore): Interest;

  /** The data source; takes precedence over a provider and the default adapter. */
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
   * The data comes from another source from now on, or the source is unknown: closes what is open and drops pending
   * changes. `isSession`: the adapter is the same, but someone else has signed in. `store` is already the new one.
   */
  protected abstract sourceChanged(isSession: boolean): void;

  /** Something that the element shows may have changed. */
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

  /** The store; `undefined` while the source is unknown. */
  protected get store(): PipelineStore | undefined {
    return this.stores.store;
  }

  /** Translates a message key. Bound. */
  protected get text(): Translate {
    return this.localize.text;
  }

  /** Sets `:state(name)`, for style sheets of the page. */
  protected setState(name: ElementState, on: boolean): void {
    const bit = 1 << STATES.indexOf(name);
    if (on === (this.#states & bit) > 0) return;
    this.#states ^= bit;
    // Safari before 17.4 has no custom states (https://caniuse.com/mdn-api_customstateset). Remove the `?` when it is not supported any more.
    if (on) this.internals.states?.add(name);
    else this.internals.states?.delete(name);
  }

  /** Where the page's Content-Security-Policy prevents all elements from working, only the reason is shown. */
  protected override performUpdate(): void {
    if (!policyRefusal()) return super.performUpdate();
    this.setState('error', true);
    showRefusal(this, this.renderRoot);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('locale')) this.localize.refresh();
  }
}
