/** `<pipeline-settings>`: its public API, and what it shows until its content has loaded. */
import type { PropertyDeclarations, PropertyValues } from '@lit/reactive-element';
import { create } from '../../ui/dom.js';
import { LazyCode } from '../../ui/lazy.js';
import { LazyPart } from '../../ui/lazy.js';
import { announce, prepareToAnnounce } from '../../ui/live-region.js';
import { PipelineElement } from '../../ui/pipeline-element.js';
import { DEFAULT_PALETTE, type PaletteColor } from '../../model/color.js';
import type { Interest, PipelineStore } from '../../store/pipeline.js';
import { CountCache } from '../../store/queries.js';
import { base, tokens } from '../../styles/base.js';
import { controlTokens } from '../../styles/control-tokens.js';
import { styles } from './pipeline-settings.styles.js';
import type { SettingsPage } from './settings-page.js';

const pageCode = new LazyCode(async () => (await import('./settings-page.js')).SettingsPage);

/** Loading is announced if it takes longer, in milliseconds. */
const LOADING_DELAY = 1000;

/**
 * The Pipeline Management page: the statuses in order, with the number of conversations in each, to add, rename,
 * recolor, reorder and delete. The heading above it is the page's own.
 *
 * @summary Lists the statuses of the pipeline and changes them.
 * @tag pipeline-settings
 *
 * @fires {PipelineBeforeStatusesChangeEvent} pipeline-before-statuses-change - Before a change is written; cancel it and nothing is.
 * @fires {PipelineStatusesChangeEvent} pipeline-statuses-change - After the adapter confirmed a change.
 * @fires {PipelineErrorEvent} pipeline-error - When loading or a change failed; the element shows it too.
 *
 * @csspart list - The list of statuses.
 * @csspart row - One status in the list.
 * @csspart handle - The dots that a row is dragged by; also opens the menu.
 * @csspart chip - The pill of a status; also carries `status-{slug}`.
 * @csspart swatch - The dot in the color of the status.
 * @csspart label - The name in a pill.
 * @csspart count - How many conversations have the status.
 * @csspart edit - The pencil.
 * @csspart delete - The trash can.
 * @csspart form - The form to add or edit a status.
 * @csspart palette - The colors to choose from.
 * @csspart popup - The menu of a handle.
 * @csspart option - One item of the menu.
 * @csspart message - What was just done, why it failed, that live updates are paused, or how many changes are waiting.
 * @csspart undo - The button that takes a delete back.
 * @csspart empty - The invitation when there are no statuses.
 * @csspart error - Why something failed.
 * @csspart skeleton - The placeholder of a name, or of a button, while loading.
 *
 * @cssstate loading - The list is not known yet.
 * @cssstate saving - A change is on its way.
 * @cssstate error - Loading or the last change failed.
 * @cssstate empty - There are no statuses.
 * @cssstate dragging - A row is being moved, by pointer or keyboard.
 * @cssstate open - The menu or the dialog is open.
 */
export class PipelineSettings extends PipelineElement {
  static override properties: PropertyDeclarations = {
    readonly: { type: Boolean, reflect: true },
    palette: { attribute: false },
  };

  // Without delegated focus: a click beside the controls would jump to the first of them, and drop a selection.
  static override shadowRootOptions: ShadowRootInit = { ...PipelineElement.shadowRootOptions, delegatesFocus: false };
  static override styles = [tokens, base, controlTokens, styles];

  /** Shows the statuses without a way to change them. */
  readonly = false;

  /** The colors to offer. A name is any text, or that of a color of the default palette, which is translated. */
  palette: readonly PaletteColor[] = DEFAULT_PALETTE;

  readonly #page: LazyPart<typeof SettingsPage, SettingsPage> = new LazyPart(
    this,
    pageCode,
    (Page) =>
      new Page(this, {
        store: () => this.store,
        localize: this.localize,
        stores: this.stores,
        setState: (name, on) => this.setState(name, on),
      }),
  );
  /** Shown until the content and the data have loaded. */
  #placeholder: HTMLElement | undefined;
  /** What the placeholder was made for. */
  #placeholderKey = '';
  /** Whether focus was inside when the source changed. */
  #hadFocus = false;
  #loadingTimer: ReturnType<typeof setTimeout> | undefined;

  override focus(options?: FocusOptions): void {
    this.shadowRoot?.querySelector<HTMLElement>('button, input')?.focus(options);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    prepareToAnnounce();
    this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopLoadingTimer();
    this.#page.part?.disconnect();
  }

  protected override interest(store: PipelineStore): Interest {
    return { statuses: true, also: store.cache(CountCache).of({ of: 'conversation' }) };
  }

  protected override sourceChanged(isSession: boolean): void {
    this.#stopLoadingTimer();
    this.#hadFocus ||= this.shadowRoot?.activeElement != null;
    this.#page.part?.changeSource(isSession);
  }

  /** Includes loading the content. */
  protected override async getUpdateComplete(): Promise<boolean> {
    await this.#page.settled;
    return super.getUpdateComplete();
  }

  /** A drag moves rows in the DOM: changes are rendered after it. */
  protected override scheduleUpdate(): void | Promise<unknown> {
    const settled = this.#page.part?.settled;
    return settled ? settled.then(() => super.scheduleUpdate()) : super.scheduleUpdate();
  }

  protected override update(changed: PropertyValues): void {
    super.update(changed);
    const isLoading = this.#isLoading;
    const hadFocus = this.#placeholder?.contains(this.shadowRoot!.activeElement) ?? false;
    this.#showPlaceholder(isLoading, hadFocus);
    this.#page.part?.render(changed);
    // Focus was on "Try again".
    if (hadFocus && !isLoading) this.focus();
    if (isLoading) return;
    // The focused element was removed with its source. A user who went on to another element is left alone.
    if (this.#hadFocus && document.activeElement === document.body) this.focus({ preventScroll: true });
    this.#hadFocus = false;
  }

  protected override updated(): void {
    this.#page.part?.updated();
    const isLoading = this.#isLoading;
    this.setState('loading', isLoading && !this.#page.failure);
    // A removed element may render once more.
    if (isLoading && this.isConnected) {
      this.#loadingTimer ??= setTimeout(() => announce(this.text('loading'), this), LOADING_DELAY);
    } else this.#stopLoadingTimer();
  }

  get #isLoading(): boolean {
    return !this.store || this.store.phase === 'loading' || !this.#page.part;
  }

  #load(): void {
    this.#page.use(() => undefined);
  }

  #stopLoadingTimer(): void {
    clearTimeout(this.#loadingTimer);
    this.#loadingTimer = undefined;
  }

  #showPlaceholder(isLoading: boolean, hasFocus: boolean): void {
    const isFailure = this.#page.failure !== undefined || hasFocus;
    const key = isLoading ? `${isFailure} ${this.readonly} ${this.localize.tag}` : '';
    if (key === this.#placeholderKey) return;
    this.#placeholderKey = key;
    this.#placeholder?.remove();
    this.#placeholder = !isLoading ? undefined : isFailure ? this.#createFailure() : this.#createSkeleton();
    if (this.#placeholder) this.renderRoot.prepend(this.#placeholder);
  }

  #createSkeleton(): HTMLElement {
    const row = (name = 'row'): HTMLElement =>
      create('div', { class: name }, create('span', { class: 'skeleton', part: 'skeleton' }));
    const foot = this.readonly ? [] : [row('row place')];
    const loading = create('span', { class: 'visually-hidden' }, this.text('loading'));
    return create('div', { class: 'card', 'aria-busy': 'true' }, loading, row(), row(), row(), ...foot);
  }

  #createFailure(): HTMLElement {
    const error = create('span', { class: 'error', part: 'error' }, this.text('errorUnavailable'));
    const retry = create('button', { type: 'button' }, this.text('retry'));
    retry.addEventListener('click', () => this.#load());
    return create('p', { role: 'alert' }, error, ' ', retry);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'pipeline-settings': PipelineSettings;
  }
}
