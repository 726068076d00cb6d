/**
 * The content of `<pipeline-settings>`: its state, event handlers and templates. Loaded when the first one is on a page.
 * Slightly over 300 lines, because a template and its handlers are read together.
 */
import { compactFormat } from '../../ui/formats.js';
import { countWaiting } from '../../store/restored-picks.js';
import {
  adoptStyles,
  html,
  nothing,
  render,
  type PropertyValues,
  type ReactiveElement,
  type TemplateResult,
} from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { PipelineErrorEvent } from '../../events.js';
import { inbox } from '../../locales/en/inbox.js';
import { settings as words } from '../../locales/en/settings.js';
import { DEFAULT_PALETTE, type PaletteColor } from '../../model/color.js';
import type { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';
import type { StoreController } from '../../store/store-controller.js';
import type { PipelineStore } from '../../store/pipeline.js';
import { LiveUpdates } from '../../store/live-updates.js';
import { CountCache, type WatchableCounts } from '../../store/queries.js';
import { controls, formStyles } from './form.styles.js';
import { popup } from '../../styles/popup.js';
import { chipStyles } from '../../ui/chip.js';
import { DragListController } from '../../ui/drag-list.js';
import { errorText, loadErrorText } from '../../ui/error-text.js';
import { plusIcon, warningIcon } from '../../ui/templates.js';
import { announce, silence } from '../../ui/live-region.js';
import { learn, type LocalizeController } from '../../ui/localize.js';
import { MenuController } from '../../ui/menu.js';
import type { ElementState } from '../../ui/pipeline-element.js';
import { StatusDeletion } from './deletion.js';
import { dialogStyles, noticeStyles } from './dialog.styles.js';
import { StatusForms } from './forms.js';
import { listStyles } from './list.styles.js';
import { StatusReorder, moveMenuItems, type MoveDirection } from './reorder.js';
import { SettingsContext, rowControlOf, type Notice, type RowControl } from './settings-context.js';
import { readPalette, renderStatusForm } from './status-form.js';
import { renderEmpty, renderLoadError, renderNotice, renderPaused, renderRow } from './status-list.js';

/** The element whose content this is. */
export interface SettingsHost extends ReactiveElement {
  readonly: boolean;
  palette: readonly PaletteColor[];
}

/** What the element provides besides its properties. */
export interface SettingsHostInternals {
  readonly localize: LocalizeController;
  readonly stores: Pick<StoreController<never>, 'isOfSameAdapter'>;
  store(): PipelineStore | undefined;
  setState(name: ElementState, on: boolean): void;
}

export class SettingsPage {
  readonly #host: SettingsHost;
  readonly #internals: SettingsHostInternals;
  // Replaced when the data comes from another source.
  #context!: SettingsContext;
  #forms!: StatusForms;
  #reorder!: StatusReorder;
  #deletion!: StatusDeletion;
  readonly #menu: MenuController<MoveDirection>;
  readonly #dragList: DragListController;
  #palette = DEFAULT_PALETTE;
  #notice: Notice | undefined;
  /** The store that is loading again because the user clicked "Try again". */
  #retryingStore: PipelineStore | undefined;
  #announcedError: PipelineError | undefined;

  constructor(host: SettingsHost, internals: SettingsHostInternals) {
    learn(inbox);
    learn(words);
    this.#host = host;
    this.#internals = internals;
    this.#palette = readPalette(host.palette);
    this.#start();
    this.#menu = new MenuController<MoveDirection>(host, {
      trigger: (id) => this.#context.focus.control(id, 'handle'),
      onChoose: (id, direction) => this.#reorder.moveInDirection(id, direction),
    });
    this.#dragList = new DragListController(host, {
      list: () => (host.readonly ? null : this.#context.focus.find('ol')),
      onStart: () => {
        this.#menu.close(false);
        internals.setState('dragging', true);
      },
      onMove: (id, after) => void this.#reorder.moveStatus(id, after),
      onEnd: () => host.requestUpdate(),
    });
    const { elementStyles } = host.constructor as typeof ReactiveElement;
    const styles = [...elementStyles, controls, popup, chipStyles, listStyles, noticeStyles, formStyles, dialogStyles];
    adoptStyles(host.renderRoot as ShadowRoot, styles);
  }

  /** Resolves when the current drag is over; `undefined` if nothing is being dragged. */
  get settled(): Promise<unknown> | undefined {
    return this.#dragList.settled;
  }

  get #store(): PipelineStore | undefined {
    return this.#internals.store();
  }

  /** Starts with a new source of data. */
  #start(): void {
    const { localize, store } = this.#internals;
    const { text } = localize;
    this.#context = new SettingsContext(this.#host, {
      store,
      palette: () => this.#palette,
      readonly: () => this.#host.readonly,
      text,
      errorText: (error) => errorText(text, error, store()),
      show: (notice) => this.#show(notice),
      reportLoss: (...loss) => this.#reportLoss(...loss),
    });
    this.#forms = new StatusForms(this.#context);
    this.#reorder = new StatusReorder(this.#context);
    this.#deletion = new StatusDeletion(this.#context, (id) => this.#count(id));
  }

  /** The data comes from another source: cancels what the user began, and removes what is shown. */
  changeSource(isSession: boolean): void {
    const host = this.#host;
    silence(host);
    this.#context.close();
    this.#reorder.reset();
    this.#menu.close(false);
    this.#dragList.cancel();
    this.#start();
    if (!isSession || !this.#notice?.isLoss) this.#notice = undefined;
    // At once: a press on an old row must not end on a new row with the same id.
    render(nothing, host.renderRoot, { host });
    if (this.#notice) announce(this.#notice.text(), host);
  }

  /** The element was removed from the page. */
  disconnect(): void {
    this.#menu.close(false);
    this.#reorder.reset();
    this.#deletion.reset();
  }

  #show(notice: Notice | undefined): void {
    this.#notice = notice;
    this.#host.requestUpdate();
  }

  #reportLoss(store: PipelineStore, error: PipelineError, action: string): void {
    if (!this.#internals.stores.isOfSameAdapter(store)) return;
    const text = (): string => this.#context.errorText(error);
    this.#show({ text, isError: true, isLoss: true });
    announce(text(), this.#host);
    this.#host.dispatchEvent(new PipelineErrorEvent(error, action));
  }

  get #counts(): WatchableCounts | undefined {
    return this.#store?.cache(CountCache).of({ of: 'conversation' });
  }

  /** How many conversations have a status; `undefined` if the adapter cannot count, or has not yet. */
  #count(id: Id): number | undefined {
    const counts = this.#counts?.counts;
    return counts && (counts.byStatus.get(id) ?? 0);
  }

  /** What could not be read: the list, some of its statuses, or the counts. */
  get #loadProblem(): string | undefined {
    const { store, text } = { store: this.#store, text: this.#context.text };
    if (store?.error) return loadErrorText(text, store.error, store.unreadableCount, store);
    return this.#counts?.error?.code === 'bad-response' ? text('countsUnreadable') : undefined;
  }

  readonly #handleListClick = (event: Event): void => {
    const { status, control } = this.#targetOf(event);
    if (!status) return;
    if (control === 'handle') this.#menu.toggle(status.id);
    else if (control === 'edit') this.#forms.openEdit(status);
    else {
      this.#forms.closeUntouched();
      void this.#deletion.request(status);
    }
  };

  readonly #handleListKeyDown = (event: KeyboardEvent): void => {
    const { status, control } = this.#targetOf(event);
    if (!status || !control || !this.#reorder.handleKeyDown(event, status.id, control)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** Browsers click a button when Space is released. On a handle, Space grabs or drops the row instead. */
  readonly #handleListKeyUp = (event: KeyboardEvent): void => {
    if (event.key === ' ' && this.#targetOf(event).control === 'handle') event.preventDefault();
  };

  async #handleRetry(): Promise<void> {
    const store = this.#store;
    if (!store || this.#retryingStore === store) return;
    this.#retryingStore = store;
    this.#host.requestUpdate();
    await store.retry();
    if (this.#retryingStore === store) this.#retryingStore = undefined;
    this.#host.requestUpdate();
  }

  #targetOf(event: Event): { status?: Status | undefined; control?: RowControl } {
    const { id, control } = rowControlOf(event);
    return control ? { control, status: this.#store?.statuses.find((status) => status.id === id) } : {};
  }

  render(changed: PropertyValues): void {
    const host = this.#host;
    this.#context.focus.remember();
    if (changed.has('palette')) this.#palette = readPalette(host.palette);
    if (this.#store?.phase === 'ready') this.#update();
    render(this.#renderContent(), host.renderRoot, { host });
  }

  /** Follows changes of the list, before they are rendered. */
  #update(): void {
    this.#forms.update();
    this.#reorder.update();
    this.#deletion.update();
    const { id } = this.#menu;
    if (id === undefined) return;
    const isGone = !this.#context.statuses.some((status) => status.id === id);
    if (this.#host.readonly || isGone) this.#menu.close(false);
  }

  /** Called after each render. */
  updated(): void {
    const store = this.#store;
    this.#context.focus.restore();
    this.#menu.settle();
    this.#deletion.updated();
    const { setState } = this.#internals;
    setState('saving', this.#context.isSaving);
    const problem = this.#loadProblem;
    setState('error', problem !== undefined || this.#notice?.isError === true);
    setState('empty', store?.phase === 'ready' && !store.error && store.statuses.length === 0);
    setState('dragging', this.#reorder.grabbedId !== undefined);
    setState('open', this.#menu.id !== undefined || this.#deletion.isAsking);
    const error = store?.error ?? this.#counts?.error;
    if (problem !== undefined && error !== this.#announcedError) announce(problem, this.#host);
    this.#announcedError = error;
  }

  #renderContent(): TemplateResult | typeof nothing {
    const store = this.#store;
    const context = this.#context;
    if (!store || store.phase === 'loading') return nothing;
    const problem = this.#loadProblem;
    if (store.phase === 'error') return this.#renderLoadError(problem!);
    return html`${problem === undefined ? nothing : this.#renderLoadError(problem)}
      ${
        store.isDurable
          ? nothing
          : html`<p class="banner" part="message">${warningIcon}<span>${context.text('notDurable')}</span></p>`
      }
      ${store.cache(LiveUpdates).isPaused ? renderPaused(context) : nothing}
      ${
        countWaiting(store.waiting)
          ? html`<p class="banner" part="message" role="status">
              <span>${context.text('changesWaiting', { n: countWaiting(store.waiting) })}</span>
            </p>`
          : nothing
      }
      <div class="card">
        ${
          store.statuses.length
            ? this.#renderList(store.statuses)
            : // Nobody knows whether it is empty if reading it again has failed.
              store.error
              ? nothing
              : renderEmpty(context, () => void this.#forms.addExamples())
        }
        ${this.#host.readonly ? nothing : this.#renderAdd()}
      </div>
      ${this.#notice ? renderNotice(context, this.#notice, () => context.show(undefined)) : nothing}
      ${this.#renderMenu(store.statuses)} ${this.#deletion.render()}`;
  }

  #renderLoadError(problem: string): TemplateResult {
    const isRetrying = this.#retryingStore === this.#store;
    return renderLoadError(this.#context, problem, { isRetrying, onRetry: () => void this.#handleRetry() });
  }

  #renderList(statuses: readonly Status[]): TemplateResult {
    const { text } = this.#context;
    return html`<span id="reorder-hint" hidden>${text('reorderHint')}</span>
      <ol
        class="list"
        part="list"
        role="list"
        aria-label=${text('statuses')}
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
      formatCount: (count) => compactFormat(this.#internals.localize.tag).format(count),
      isGrabbed: this.#reorder.grabbedId === id,
      isMenuOpen: this.#menu.id === id,
      ...(draft ? { edit: { draft, handlers: this.#forms.handlers(draft) } } : {}),
    });
  }

  #renderAdd(): TemplateResult {
    const { add } = this.#forms;
    return html`<div class="foot">
      ${
        add
          ? renderStatusForm(this.#context, add, this.#forms.handlers(add))
          : html`<button class="add" type="button" @click=${() => this.#forms.openAdd()}>
              ${plusIcon}${this.#context.text('addStatus')}
            </button>`
      }
    </div>`;
  }

  #renderMenu(statuses: readonly Status[]): TemplateResult | typeof nothing {
    const index = statuses.findIndex((status) => status.id === this.#menu.id);
    if (index < 0) return nothing;
    return this.#menu.render(statuses[index]!.name, moveMenuItems(this.#context, index));
  }
}
