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
import { PipelineErrorEvent } from '../../events/error.js';
import { chipStyles } from '../../ui/chip.styles.js';
import { errorText } from '../../ui/error-text.js';
import { plusIcon, warningIcon } from '../../ui/icons.js';
import { announce, silence } from '../../ui/live-region.js';
import { learn, type LocalizeController } from '../../ui/localize.js';
import { MenuController } from '../../ui/menu.js';
import { warnOnce, type ElementState } from '../../ui/pipeline-element.js';
import { DragListController } from '../../ui/drag-list.js';
import { statusColor } from '../../ui/status-color.js';
import { inbox } from '../../locales/en/inbox.js';
import { settings as words } from '../../locales/en/settings.js';
import { DEFAULT_COLOR, DEFAULT_PALETTE, type PaletteColor } from '../../model/color.js';
import type { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import { parseColor } from '../../model/validate.js';
import type { Status } from '../../model/status.js';
import type { PipelineStore } from '../../store/store.js';
import type { StoreController } from '../../store/store-controller.js';
import { Tallies } from '../../store/tallies.js';
import { controls } from '../../styles/controls.js';
import { popup } from '../../styles/popup.js';
import { SettingsContext } from './context.js';
import { overlayStyles } from './delete-dialog.styles.js';
import { Deletion } from './deletion.js';
import { addExamples } from './examples.js';
import { CONTROLS, type Control } from './focus.js';
import { Forms } from './forms.js';
import { renderMessage, type Message } from './message.js';
import { pageStyles } from './page.styles.js';
import { Reorder, type Direction } from './reorder.js';
import { renderForm } from './status-form.js';
import { formStyles } from './status-form.styles.js';
import { renderRow } from './status-row.js';

const CONVERSATIONS = { of: 'conversation' } as const;
const SKETCHED = [1, 2, 3];

/** The element as its page sees it. */
export interface SettingsElement extends ReactiveElement {
  readonly: boolean;
  palette: readonly PaletteColor[];
}

export interface SettingsPageSource {
  readonly localize: LocalizeController;
  readonly stores: Pick<StoreController<never>, 'isOfSameAdapter'>;
  store(): PipelineStore | undefined;
  setState(name: ElementState, on: boolean): void;
}

/** All that the settings show and do once they are loaded. */
export class SettingsPage {
  readonly #element: SettingsElement;
  readonly #source: SettingsPageSource;
  // For one source of data; with the next there are new ones.
  #context!: SettingsContext;
  #forms!: Forms;
  #reorder!: Reorder;
  #deletion!: Deletion;
  readonly #menu: MenuController<Direction>;
  readonly #dragList: DragListController;
  #palette = DEFAULT_PALETTE;
  #message: Message | undefined;
  /** The store that is read again because the user said so. */
  #retried: PipelineStore | undefined;
  #toldError: PipelineError | undefined;

  constructor(element: SettingsElement, source: SettingsPageSource) {
    learn(inbox);
    learn(words);
    this.#element = element;
    this.#source = source;
    this.#palette = readPalette(element.palette);
    this.#begin();
    this.#menu = new MenuController<Direction>(element, {
      trigger: (id) => this.#context.focus.control(id, 'handle'),
      onChoose: (id, direction) => this.#reorder.moveTo(id, direction),
    });
    this.#dragList = new DragListController(element, {
      list: () => (element.readonly ? null : this.#context.focus.find('ol')),
      onStart: () => {
        this.#menu.close(false);
        source.setState('dragging', true);
      },
      onMove: (id, after) => void this.#reorder.move(id, after),
      onEnd: () => element.requestUpdate(),
    });
    const { elementStyles } = element.constructor as typeof ReactiveElement;
    const sheets = [...elementStyles, controls, popup, chipStyles, pageStyles, formStyles, overlayStyles];
    adoptStyles(element.renderRoot as ShadowRoot, sheets);
  }

  /** Settles when a drag that goes on is over. */
  get settled(): Promise<unknown> | undefined {
    return this.#dragList.settled;
  }

  get #store(): PipelineStore | undefined {
    return this.#source.store();
  }

  #begin(): void {
    const source = this.#source;
    const text: LocalizeController['text'] = (key, values) => source.localize.text(key, values);
    this.#context = new SettingsContext(this.#element, {
      store: () => source.store(),
      palette: () => this.#palette,
      readonly: () => this.#element.readonly,
      text,
      errorText: (error) => errorText(text, error),
      show: (message) => this.#show(message),
      tellLoss: (...loss) => this.#tellLoss(...loss),
    });
    this.#forms = new Forms(this.#context);
    this.#reorder = new Reorder(this.#context);
    this.#deletion = new Deletion(this.#context, (id) => this.#count(id));
  }

  /** The data comes from another source: nothing that was begun here belongs there, and nothing of it stays in sight. */
  changeSource(isSession: boolean): void {
    const element = this.#element;
    silence(element);
    this.#context.close();
    this.#reorder.reset();
    this.#menu.close(false);
    this.#dragList.cancel();
    this.#begin();
    if (!isSession || !this.#message?.isLoss) this.#message = undefined;
    // Now, and all of it: a press that has begun on a row must not end on one that has the same id.
    render(nothing, element.renderRoot, { host: element });
    if (this.#message) announce(this.#message.text(), element);
  }

  #show(message: Message | undefined): void {
    this.#message = message;
    this.#element.requestUpdate();
  }

  #tellLoss(store: PipelineStore, error: PipelineError, action: string): void {
    if (!this.#source.stores.isOfSameAdapter(store)) return;
    const text = (): string => this.#context.errorText(error);
    this.#show({ text, isError: true, isLoss: true });
    announce(text(), this.#element);
    this.#element.dispatchEvent(new PipelineErrorEvent(error, action));
  }

  /** The element left the page. */
  leave(): void {
    this.#menu.close(false);
    this.#reorder.reset();
    this.#deletion.reset();
  }

  render(changed: PropertyValues): void {
    this.#context.focus.remember();
    if (changed.has('palette')) this.#palette = readPalette(this.#element.palette);
    if (this.#store?.phase === 'ready') this.#follow();
    render(this.#renderContent(), this.#element.renderRoot, { host: this.#element });
  }

  /** Called after each render. */
  rendered(): void {
    this.#context.focus.restore();
    this.#menu.settle();
    this.#deletion.settle();
    this.#showStates();
    this.#tellError();
  }

  /** Takes over what changed in the list. */
  #follow(): void {
    this.#forms.follow();
    this.#reorder.follow();
    this.#deletion.follow();
    const { id } = this.#menu;
    if (id === undefined) return;
    const isGone = !this.#context.statuses.some((status) => status.id === id);
    if (this.#element.readonly || isGone) this.#menu.close(false);
  }

  #showStates(): void {
    const store = this.#store;
    const { setState } = this.#source;
    setState('saving', this.#context.writer.isBusy);
    setState('error', store?.error !== undefined || this.#message?.isError === true);
    setState('empty', store?.phase === 'ready' && store.statuses.length === 0);
    setState('dragging', this.#reorder.grabbedId !== undefined);
    setState('open', this.#menu.id !== undefined || this.#deletion.isAsking);
  }

  #tellError(): void {
    const error = this.#store?.error;
    const { text, errorText } = this.#context;
    if (error && error !== this.#toldError) announce(`${text('loadFailed')} ${errorText(error)}`, this.#element);
    this.#toldError = error;
  }

  #renderContent(): TemplateResult | typeof nothing {
    const store = this.#store;
    if (!store || store.phase === 'loading') return nothing;
    if (store.phase === 'error') return this.#renderLoadError(store.error);
    const isEmpty = store.statuses.length === 0;
    return html`${store.error ? this.#renderLoadError(store.error) : nothing}
      ${
        store.isDurable
          ? nothing
          : html`<p class="banner" part="message">${warningIcon}<span>${this.#context.text('notDurable')}</span></p>`
      }
      <div class="card">
        ${isEmpty ? this.#renderEmpty() : this.#renderList(store.statuses)}
        ${this.#element.readonly ? nothing : this.#renderFoot()}
      </div>
      ${this.#message ? renderMessage(this.#message, this.#context.text, () => this.#context.show(undefined)) : nothing}
      ${this.#renderMenu()} ${this.#deletion.render()}`;
  }

  #renderLoadError(error: PipelineError | undefined): TemplateResult {
    return html`<div class="banner" data-error>
      ${warningIcon}
      <span part="error">${this.#context.text('loadFailed')} ${error ? this.#context.errorText(error) : nothing}</span>
      <button
        class="button"
        type="button"
        aria-disabled=${this.#store && this.#retried === this.#store ? 'true' : nothing}
        @click=${() => void this.#handleRetry()}
      >
        ${this.#context.text('retry')}
      </button>
    </div>`;
  }

  #renderEmpty(): TemplateResult {
    if (this.#element.readonly) return html`<p class="empty" part="empty">${this.#context.text('noStatusesYet')}</p>`;
    return html`<div class="empty" part="empty">
      <div class="sketch" aria-hidden="true">
        ${SKETCHED.map(
          (_, i) =>
            html`<span ${statusColor({ name: '', color: this.#context.palette[i]?.color ?? DEFAULT_COLOR })}></span>`,
        )}
      </div>
      <h2>${this.#context.text('emptyTitle')}</h2>
      <p>${this.#context.text('emptyText')}</p>
      <button class="button" type="button" @click=${() => void addExamples(this.#context)}>
        ${this.#context.text('useExamples')}
      </button>
    </div>`;
  }

  #renderList(statuses: readonly Status[]): TemplateResult {
    return html`<span id="reorder-hint" hidden>${this.#context.text('reorderHint')}</span>
      <ol
        class="list"
        part="list"
        role="list"
        aria-label=${this.#context.text('statuses')}
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
      formatCount: (count) => this.#source.localize.formats.compact.format(count),
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
              ${plusIcon}${this.#context.text('addStatus')}
            </button>`
      }
    </div>`;
  }

  #renderMenu(): TemplateResult | typeof nothing {
    const statuses = this.#store?.statuses ?? [];
    const index = statuses.findIndex((status) => status.id === this.#menu.id);
    if (index < 0) return nothing;
    const isFirst = index === 0;
    const isLast = index === statuses.length - 1;
    return this.#menu.render(statuses[index]!.name, [
      { key: 'up', label: this.#context.text('moveUp'), isDisabled: isFirst },
      { key: 'down', label: this.#context.text('moveDown'), isDisabled: isLast },
      { key: 'top', label: this.#context.text('moveToTop'), isDisabled: isFirst },
      { key: 'bottom', label: this.#context.text('moveToBottom'), isDisabled: isLast },
    ]);
  }

  /** How many conversations have a status; `undefined` where nobody can count, or not yet. */
  #count(id: Id): number | undefined {
    const counts = this.#store?.part(Tallies).of(CONVERSATIONS).counts;
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
    return { status: this.#store?.statuses.find((status) => status.id === id), control };
  }

  async #handleRetry(): Promise<void> {
    const store = this.#store;
    if (!store || this.#retried === store) return;
    this.#retried = store;
    this.#element.requestUpdate();
    await store.retry();
    if (this.#retried === store) this.#retried = undefined;
    this.#element.requestUpdate();
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
