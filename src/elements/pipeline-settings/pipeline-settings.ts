import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { chipStyles } from '../../internal/chip.styles.js';
import { plusIcon, warningIcon } from '../../internal/icons.js';
import { announce, prepareToAnnounce } from '../../internal/live-region.js';
import { learn } from '../../internal/localize.js';
import { MenuController } from '../../internal/menu.js';
import { warnOnce } from '../../internal/pipeline-element.js';
import { SortableController } from '../../internal/sortable.js';
import { statusColor } from '../../internal/status-color.js';
import { TemplateElement } from '../../internal/template-element.js';
import { inbox } from '../../locales/en/inbox.js';
import { settings as words } from '../../locales/en/settings.js';
import { DEFAULT_COLOR, DEFAULT_PALETTE, type PaletteColor } from '../../model/color.js';
import type { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import { parseColor } from '../../model/parse.js';
import type { Status } from '../../model/status.js';
import type { Interest, PipelineStore } from '../../store/store.js';
import { base } from '../../styles/base.js';
import { controls } from '../../styles/controls.js';
import { popup } from '../../styles/popup.js';
import { tokens } from '../../styles/tokens.js';
import { SettingsContext } from './context.js';
import { overlayStyles } from './delete-dialog.styles.js';
import { Deletion } from './deletion.js';
import { addExamples } from './examples.js';
import { CONTROLS, type Control } from './focus.js';
import { Forms } from './forms.js';
import { renderMessage, type Message } from './message.js';
import { styles } from './pipeline-settings.styles.js';
import { Reorder, type Direction } from './reorder.js';
import { renderForm } from './status-form.js';
import { formStyles } from './status-form.styles.js';
import { renderRow } from './status-row.js';

const CONVERSATIONS = { of: 'conversation' } as const;
/** What takes less time to load is not worth a word, milliseconds. */
const PATIENCE = 1000;
const SKELETON_ROWS = [1, 2, 3];

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
 * @csspart skeleton - The placeholder of a name while loading.
 *
 * @cssstate loading - The list is not known yet.
 * @cssstate saving - A change is on its way.
 * @cssstate error - Loading or the last change failed.
 * @cssstate empty - There are no statuses.
 * @cssstate dragging - A row is being moved, by pointer or keyboard.
 * @cssstate open - The menu or the dialog is open.
 */
export class PipelineSettings extends TemplateElement {
  // Without delegated focus: a click beside the controls would jump to the first of them, and drop a selection.
  static override shadowRootOptions: ShadowRootInit = { ...TemplateElement.shadowRootOptions, delegatesFocus: false };
  static override styles = [tokens, base, controls, popup, chipStyles, styles, formStyles, overlayStyles];

  /** Shows the statuses without a way to change them. */
  @property({ type: Boolean, reflect: true }) readonly = false;

  /** The colours to offer; a name is any text, or that of one of the library's own colours. */
  @property({ attribute: false }) palette: readonly PaletteColor[] = DEFAULT_PALETTE;

  #palette = DEFAULT_PALETTE;
  #message: Message | undefined;
  /** The store that the forms, the message and the rest are about. */
  #subject: PipelineStore | undefined;
  #isRetrying = false;
  #toldError: PipelineError | undefined;
  #loadingTimer: ReturnType<typeof setTimeout> | undefined;

  readonly #context = new SettingsContext(this, {
    store: () => this.store,
    palette: () => this.#palette,
    readonly: () => this.readonly,
    text: (key, values) => this.text(key, values),
    errorText: (error) => this.errorText(error),
    show: (message) => {
      this.#message = message;
      this.requestUpdate();
    },
  });
  readonly #forms = new Forms(this.#context);
  readonly #reorder = new Reorder(this.#context);
  readonly #deletion = new Deletion(this.#context, (id) => this.#count(id));

  readonly #menu = new MenuController<Direction>(this, {
    trigger: (id) => this.#context.focus.control(id, 'handle'),
    onChoose: (id, direction) => this.#reorder.moveTo(id, direction),
  });

  readonly #sortable = new SortableController(this, {
    list: () => (this.readonly ? null : this.#context.focus.find('ol')),
    onStart: () => {
      this.#menu.close(false);
      this.setState('dragging', true);
    },
    onMove: (id, after) => void this.#reorder.move(id, after),
    onEnd: () => this.requestUpdate(),
  });

  constructor() {
    super();
    learn(inbox);
    learn(words);
  }

  override focus(options?: FocusOptions): void {
    this.shadowRoot?.querySelector<HTMLElement>('button, input')?.focus(options);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    prepareToAnnounce();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopLoadingTimer();
    this.#menu.close(false);
    this.#reorder.reset();
    this.#deletion.reset();
  }

  protected override interest(store: PipelineStore): Interest {
    if (this.#subject !== store) {
      // Another tenant: nothing that was begun here belongs there.
      this.#subject = store;
      this.#message = undefined;
      this.#forms.reset();
      this.#reorder.reset();
      this.#deletion.reset();
      this.#menu.close(false);
    }
    return { statuses: true, counts: CONVERSATIONS };
  }

  /** While something is dragged the list belongs to the drag; what changes meanwhile is shown after it. */
  protected override scheduleUpdate(): void | Promise<unknown> {
    const { settled } = this.#sortable;
    return settled ? settled.then(() => super.scheduleUpdate()) : super.scheduleUpdate();
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    this.#context.focus.remember();
    if (changed.has('palette')) this.#palette = readPalette(this.palette);
    if (this.store?.phase !== 'ready') return;
    this.#forms.follow();
    this.#reorder.follow();
    this.#deletion.follow();
    const { id } = this.#menu;
    if (id !== undefined && (this.readonly || !this.store.statuses.some((status) => status.id === id))) {
      this.#menu.close(false);
    }
  }

  protected override render(): TemplateResult {
    const { store } = this;
    if (!store || store.phase === 'loading') return this.#renderLoading();
    if (store.phase === 'error') return this.#renderLoadError(store.error);
    const isEmpty = store.statuses.length === 0;
    return html`${store.error ? this.#renderLoadError(store.error) : nothing}
      ${
        store.isDurable
          ? nothing
          : html`<p class="banner" part="message">${warningIcon}<span>${this.text('notDurable')}</span></p>`
      }
      <div class="card">
        ${isEmpty ? this.#renderEmpty() : this.#renderList(store.statuses)}
        ${this.readonly ? nothing : this.#renderFoot()}
      </div>
      ${this.#message ? renderMessage(this.#message, this.#context.text, () => this.#handleDismiss()) : nothing}
      ${this.#renderMenu()} ${this.#deletion.render()}`;
  }

  protected override updated(): void {
    this.#context.focus.restore();
    this.#menu.settle();
    this.#deletion.settle();
    const isLoading = !this.store || this.store.phase === 'loading';
    this.setState('loading', isLoading);
    this.setState('saving', this.#context.writer.isBusy);
    this.setState('error', this.store?.error !== undefined || this.#message?.isError === true);
    this.setState('empty', this.store?.phase === 'ready' && this.store.statuses.length === 0);
    this.setState('dragging', this.#reorder.grabbedId !== undefined);
    this.setState('open', this.#menu.id !== undefined || this.#deletion.isAsking);
    const error = this.store?.error;
    if (error && error !== this.#toldError) announce(`${this.text('loadFailed')} ${this.errorText(error)}`, this);
    this.#toldError = error;
    // One that has left the page renders once more.
    if (isLoading && this.isConnected)
      this.#loadingTimer ??= setTimeout(() => announce(this.text('loading'), this), PATIENCE);
    else this.#stopLoadingTimer();
  }

  #stopLoadingTimer(): void {
    clearTimeout(this.#loadingTimer);
    this.#loadingTimer = undefined;
  }

  #renderLoading(): TemplateResult {
    return html`<div class="card" aria-busy="true">
      <span class="visually-hidden">${this.text('loading')}</span>
      ${SKELETON_ROWS.map(() => html`<div class="row"><span class="skeleton" part="skeleton"></span></div>`)}
    </div>`;
  }

  #renderLoadError(error: PipelineError | undefined): TemplateResult {
    return html`<div class="banner" data-error>
      ${warningIcon}
      <span part="error">${this.text('loadFailed')} ${error ? this.errorText(error) : nothing}</span>
      <button
        class="button"
        type="button"
        aria-disabled=${this.#isRetrying ? 'true' : nothing}
        @click=${() => void this.#handleRetry()}
      >
        ${this.text('retry')}
      </button>
    </div>`;
  }

  #renderEmpty(): TemplateResult {
    if (this.readonly) return html`<p class="empty" part="empty">${this.text('noStatusesYet')}</p>`;
    return html`<div class="empty" part="empty">
      <div class="sketch" aria-hidden="true">
        ${SKELETON_ROWS.map(
          (_, i) => html`<span ${statusColor({ name: '', color: this.#palette[i]?.color ?? DEFAULT_COLOR })}></span>`,
        )}
      </div>
      <h2>${this.text('emptyTitle')}</h2>
      <p>${this.text('emptyText')}</p>
      <button class="button" type="button" @click=${() => void addExamples(this.#context)}>
        ${this.text('useExamples')}
      </button>
    </div>`;
  }

  #renderList(statuses: readonly Status[]): TemplateResult {
    return html`<span id="reorder-hint" hidden>${this.text('reorderHint')}</span>
      <ol
        class="list"
        part="list"
        role="list"
        aria-label=${this.text('statuses')}
        @click=${this.#handleListClick}
        @keydown=${this.#handleListKeyDown}
        @keyup=${this.#handleListKeyUp}
      >
        ${repeat(
          this.#reorder.arrange(statuses),
          ({ id }) => id,
          (status) => this.#renderRow(status),
        )}
      </ol>`;
  }

  #renderRow(status: Status): TemplateResult {
    const { id } = status;
    const draft = this.#forms.edit(id);
    return renderRow(this.#context, status, {
      count: this.#count(id),
      formatCount: (count) => this.localize.formats.compact.format(count),
      isGrabbed: this.#reorder.grabbedId === id,
      isMenuOpen: this.#menu.id === id,
      ...(draft ? { edit: { draft, handlers: this.#forms.handlers(draft) } } : {}),
    });
  }

  #renderFoot(): TemplateResult {
    const { add } = this.#forms;
    return html`<div class="foot">
      ${
        add
          ? renderForm(this.#context, add, this.#forms.handlers(add))
          : html`<button class="add" type="button" @click=${() => this.#forms.openAdd()}>
              ${plusIcon}${this.text('addStatus')}
            </button>`
      }
    </div>`;
  }

  #renderMenu(): TemplateResult | typeof nothing {
    const statuses = this.store?.statuses ?? [];
    const index = statuses.findIndex((status) => status.id === this.#menu.id);
    if (index < 0) return nothing;
    const isFirst = index === 0;
    const isLast = index === statuses.length - 1;
    return this.#menu.render(statuses[index]!.name, [
      { key: 'up', label: this.text('moveUp'), isDisabled: isFirst },
      { key: 'down', label: this.text('moveDown'), isDisabled: isLast },
      { key: 'top', label: this.text('moveToTop'), isDisabled: isFirst },
      { key: 'bottom', label: this.text('moveToBottom'), isDisabled: isLast },
    ]);
  }

  /** How many conversations have a status; `undefined` where nobody can count, or not yet. */
  #count(id: Id): number | undefined {
    const counts = this.store?.counts(CONVERSATIONS);
    return counts && (counts.byStatus.get(id) ?? 0);
  }

  readonly #handleListClick = (event: Event): void => {
    const { status, control } = this.#at(event);
    if (!status) return;
    if (control === 'handle') this.#menu.toggle(status.id);
    else if (control === 'edit') this.#forms.openEdit(status);
    else {
      this.#forms.putAway();
      void this.#deletion.request(status);
    }
  };

  readonly #handleListKeyDown = (event: KeyboardEvent): void => {
    const { status, control } = this.#at(event);
    if (!status || !control || !this.#reorder.handleKeyDown(event, status.id, control)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** A button is clicked when Space comes up; on a handle that press took or dropped the row. */
  readonly #handleListKeyUp = (event: KeyboardEvent): void => {
    if (event.key === ' ' && this.#at(event).control === 'handle') event.preventDefault();
  };

  /** The status and the control of its row that an event is about. */
  #at(event: Event): { status?: Status | undefined; control?: Control } {
    const button = (event.target as Element).closest('button');
    const control = CONTROLS.find((each) => button?.classList.contains(each));
    const id = button?.parentElement?.dataset['id'];
    if (!control || id === undefined) return {};
    return { status: this.store?.statuses.find((status) => status.id === id), control };
  }

  async #handleRetry(): Promise<void> {
    const { store } = this;
    if (!store || this.#isRetrying) return;
    this.#isRetrying = true;
    this.requestUpdate();
    await store.retry();
    this.#isRetrying = false;
    this.requestUpdate();
  }

  #handleDismiss(): void {
    this.#context.show(undefined);
  }
}

/** A host's colours that can be read; without any, the library's own. */
function readPalette(value: readonly PaletteColor[]): readonly PaletteColor[] {
  try {
    const palette = [...value].map(({ name, color }) => ({ name: String(name), color: parseColor(color) }));
    if (palette.length) return palette;
  } catch {
    warnOnce('<pipeline-settings>: palette is a list like [{ name: "Sky", color: "#2775f8" }].');
  }
  return DEFAULT_PALETTE;
}

declare global {
  interface HTMLElementTagNameMap {
    'pipeline-settings': PipelineSettings;
  }
}
