import type { PropertyDeclarations, PropertyValues } from '@lit/reactive-element';
import { create } from '../../ui/dom.js';
import { LazyCode, LazyPart } from '../../ui/lazy.js';
import { announce, prepareToAnnounce } from '../../ui/live-region.js';
import { PipelineElement } from '../../ui/pipeline-element.js';
import { DEFAULT_PALETTE, type PaletteColor } from '../../model/color.js';
import type { Interest, PipelineStore } from '../../store/pipeline.js';
import { CountCache } from '../../store/counts.js';
import { base } from '../../styles/base.js';
import { controlTokens } from '../../styles/control-tokens.js';
import { tokens } from '../../styles/tokens.js';
import type { SettingsPage } from './page.js';
import { styles } from './pipeline-settings.styles.js';

const pageCode = new LazyCode(async () => (await import('./page.js')).SettingsPage);

/** What takes less time to load is not worth a word, milliseconds. */
const PATIENCE = 1000;

/**
 * The Pipeline Management page: the statuses in order, with the number of conversations in each, to add, rename,
 * recolour, reorder and delete. The heading above it is the page's own.
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
 * @csspart swatch - The dot in the status's colour.
 * @csspart label - The name in a pill.
 * @csspart count - How many conversations have the status.
 * @csspart edit - The pencil.
 * @csspart delete - The trash can.
 * @csspart form - The form to add or edit a status.
 * @csspart palette - The colours to choose from.
 * @csspart popup - The menu of a handle.
 * @csspart option - One item of the menu.
 * @csspart message - What was just done, or why it failed.
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

  /** The colours to offer; a name is any text, or that of one of the library's own colours. */
  palette: readonly PaletteColor[] = DEFAULT_PALETTE;

  readonly #lazy: LazyPart<typeof SettingsPage, SettingsPage> = new LazyPart(
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
  /** What stands where the page will, and of what kind it is. */
  #placeholder: HTMLElement | undefined;
  #placeholderKind = '';
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
    this.#lazy.part?.leave();
  }

  protected override interest(store: PipelineStore): Interest {
    return { statuses: true, also: store.cache(CountCache).of({ of: 'conversation' }) };
  }

  protected override sourceChanged(isSession: boolean): void {
    this.#stopLoadingTimer();
    this.#hadFocus ||= this.shadowRoot?.activeElement != null;
    this.#lazy.part?.changeSource(isSession);
  }

  /** Whoever waits for the element waits for its page too. */
  protected override async getUpdateComplete(): Promise<boolean> {
    await this.#lazy.settled;
    return super.getUpdateComplete();
  }

  /** While something is dragged the list belongs to the drag; what changes meanwhile is shown after it. */
  protected override scheduleUpdate(): void | Promise<unknown> {
    const settled = this.#lazy.part?.settled;
    return settled ? settled.then(() => super.scheduleUpdate()) : super.scheduleUpdate();
  }

  protected override update(changed: PropertyValues): void {
    super.update(changed);
    const isLoading = this.#isLoading;
    const hadFocus = this.#placeholder?.contains(this.shadowRoot!.activeElement) ?? false;
    this.#showPlaceholder(isLoading, hadFocus);
    this.#lazy.part?.render(changed);
    // Whoever tried again goes on where the page begins.
    if (hadFocus && !isLoading) this.focus();
    if (isLoading) return;
    // What had focus went with its source; whoever went on to something else is left alone.
    if (this.#hadFocus && document.activeElement === document.body) this.focus({ preventScroll: true });
    this.#hadFocus = false;
  }

  protected override updated(): void {
    this.#lazy.part?.rendered();
    const isLoading = this.#isLoading;
    this.setState('loading', isLoading && !this.#lazy.failure);
    // One that has left the page renders once more.
    if (isLoading && this.isConnected) {
      this.#loadingTimer ??= setTimeout(() => announce(this.text('loading'), this), PATIENCE);
    } else this.#stopLoadingTimer();
  }

  get #isLoading(): boolean {
    return !this.store || this.store.phase === 'loading' || !this.#lazy.part;
  }

  #load(): void {
    this.#lazy.use(() => undefined);
  }

  #stopLoadingTimer(): void {
    clearTimeout(this.#loadingTimer);
    this.#loadingTimer = undefined;
  }

  #showPlaceholder(isLoading: boolean, hasFocus: boolean): void {
    const hasFailed = this.#lazy.failure !== undefined || hasFocus;
    const kind = isLoading ? `${hasFailed} ${this.readonly} ${this.localize.tag}` : '';
    if (kind === this.#placeholderKind) return;
    this.#placeholderKind = kind;
    this.#placeholder?.remove();
    this.#placeholder = !isLoading ? undefined : hasFailed ? this.#makeFailure() : this.#makeSkeleton();
    if (this.#placeholder) this.renderRoot.prepend(this.#placeholder);
  }

  #makeSkeleton(): HTMLElement {
    const row = (name = 'row'): HTMLElement =>
      create('div', { class: name }, create('span', { class: 'skeleton', part: 'skeleton' }));
    const foot = this.readonly ? [] : [row('row place')];
    const words = create('span', { class: 'visually-hidden' }, this.text('loading'));
    return create('div', { class: 'card', 'aria-busy': 'true' }, words, row(), row(), row(), ...foot);
  }

  #makeFailure(): HTMLElement {
    const words = create('span', { class: 'error', part: 'error' }, this.text('errorUnavailable'));
    const retry = create('button', { type: 'button' }, this.text('retry'));
    retry.addEventListener('click', () => this.#load());
    return create('p', { role: 'alert' }, words, ' ', retry);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'pipeline-settings': PipelineSettings;
  }
}
