import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import {
  PipelineBeforeStatusesChangeEvent,
  PipelineErrorEvent,
  PipelineStatusesChangeEvent,
  type StatusesAction,
} from '../../events.js';
import { chip, chipStyles } from '../../internal/chip.js';
import { closeIcon, dotsIcon, pencilIcon, plusIcon, trashIcon, warningIcon } from '../../internal/icons.js';
import { announce, prepareToAnnounce } from '../../internal/live-region.js';
import { renderMenu } from '../../internal/menu.js';
import { PipelineElement } from '../../internal/pipeline-element.js';
import { PopupController } from '../../internal/popup.js';
import { SortableController } from '../../internal/sortable.js';
import { DEFAULT_PALETTE, nextColor, type PaletteColor } from '../../model/color.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import { precedingId } from '../../model/order.js';
import { MAX_STATUSES, type Status } from '../../model/status.js';
import type { PipelineStore } from '../../store/store.js';
import { base } from '../../styles/base.js';
import { tokens } from '../../styles/tokens.js';
import { renderDeleteDialog, type DeleteQuestion } from './delete-dialog.js';
import { styles } from './pipeline-settings.styles.js';
import { KeyboardGrab, indexFor, withMoved, type Direction } from './reorder.js';
import { nameProblem, refusalText, renderForm, type Draft } from './status-form.js';

const EXAMPLES = ['exampleLeads', 'examplePurchase', 'exampleRepurchase'] as const;
const QUERY = { of: 'conversation' } as const;

/** Something that was done or that failed, told in place until it is dismissed or the next thing happens. */
interface Notice {
  text: string;
  isError?: boolean;
  action?: { label: string; run(): void };
}

/**
 * The Pipeline Management page: the statuses in order, to add, edit, reorder and delete. The heading is the page's own.
 *
 * @summary Sets up the pipeline.
 * @tag pipeline-settings
 *
 * @fires {PipelineBeforeStatusesChangeEvent} pipeline-before-statuses-change - Before a change is written; cancel it and nothing is.
 * @fires {PipelineStatusesChangeEvent} pipeline-statuses-change - After the adapter confirmed a change.
 * @fires {PipelineErrorEvent} pipeline-error - When loading or a change failed; the element shows it too.
 *
 * @csspart list - The list of statuses.
 * @csspart row - One status in it.
 * @csspart handle - The dots to drag a row by.
 * @csspart chip - The pill of a status; also carries `status-{slug}`.
 * @csspart swatch - The dot in the status's colour.
 * @csspart label - The name in a pill.
 * @csspart count - How many conversations have the status.
 * @csspart edit - The pencil.
 * @csspart delete - The trash can.
 * @csspart form - The form to add or edit a status.
 * @csspart palette - The choice of colours.
 * @csspart popup - The menu of a handle.
 * @csspart option - An item of that menu.
 * @csspart message - What was done or failed.
 * @csspart undo - The button that takes a delete back.
 * @csspart empty - What is shown while there is no status.
 * @csspart error - Why something failed.
 * @csspart skeleton - The placeholder while loading.
 *
 * @cssstate loading - The list is not there yet.
 * @cssstate saving - A change is on its way.
 * @cssstate error - Loading or the last change failed.
 * @cssstate empty - There is no status.
 * @cssstate dragging - A row is being moved.
 * @cssstate open - A menu or the dialog is open.
 */
export class PipelineSettings extends PipelineElement {
  // Focus stays where it is when someone clicks beside a control: there is more than one here.
  static override shadowRootOptions: ShadowRootInit = { ...PipelineElement.shadowRootOptions, delegatesFocus: false };
  static override styles = [tokens, base, chipStyles, styles];

  /** Shows the list without a way to change it. */
  @property({ type: Boolean, reflect: true }) readonly = false;

  /** The colours to choose from, besides any other. */
  @property({ attribute: false }) palette: readonly PaletteColor[] = DEFAULT_PALETTE;

  @state() private draft: Draft | undefined;
  @state() private question: DeleteQuestion | undefined;
  @state() private notice: Notice | undefined;
  @state() private menuId: Id | undefined;
  @state() private grab: KeyboardGrab | undefined;
  @state() private saving = 0;

  /** The list as it was when a drag began: what others change meanwhile waits until the drop. */
  #held: readonly Status[] | undefined;
  #focusAfter: string | undefined;

  readonly #popup = new PopupController(this, {
    trigger: () => this.#find(`[data-handle="${CSS.escape(this.menuId ?? '')}"]`),
    popup: () => this.#find('.menu'),
    side: () => 'below',
    onDismiss: (reason) => this.#closeMenu(reason === 'escape'),
  });

  readonly #sortable = new SortableController(this, {
    list: () => (this.readonly ? null : this.#find('ol')),
    onStart: () => {
      this.#held = this.#statuses;
      this.#closeMenu(false);
      this.setState('dragging', true);
    },
    onMove: (id, after) => void this.#move(id, after),
    onEnd: () => {
      this.#held = undefined;
      this.setState('dragging', false);
      this.requestUpdate();
    },
  });

  override connectedCallback(): void {
    super.connectedCallback();
    prepareToAnnounce();
  }

  protected override watch(store: PipelineStore, update: () => void): (() => void)[] {
    return [store.watchStatuses(update), store.watchCounts(QUERY, update)];
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const ids = new Set(this.#statuses.map(({ id }) => id));
    // Deleted by someone else, under the form or in hand.
    if (this.draft?.base && !ids.has(this.draft.base.id) && !this.draft.isSaving) {
      this.notice = { text: this.text('deletedMeanwhile'), isError: true };
      this.draft = undefined;
    }
    if (this.grab && !ids.has(this.grab.id)) this.grab = undefined;
    if (this.menuId !== undefined && !ids.has(this.menuId)) this.menuId = undefined;
    if (this.question && !ids.has(this.question.status.id)) this.question = undefined;
  }

  protected override render(): TemplateResult {
    const { store } = this;
    if (!store || store.phase === 'loading') return this.#renderSkeleton();
    if (store.phase === 'error') return this.#renderLoadError(store.error!);
    const statuses = this.#shown;
    const isEmpty = statuses.length === 0;
    return html`${store.isDurable ? nothing : html`<p class="notice" part="message">${this.text('notDurable')}</p>`}
    ${store.error ? this.#renderLoadError(store.error) : nothing}
    ${isEmpty ? this.#renderEmpty() : this.#renderList(statuses)} ${this.#renderNotice()}
    ${this.readonly ? nothing : this.#renderAdd(isEmpty)}
    ${this.menuId === undefined ? nothing : this.#renderMenu(this.menuId)}
    ${
      this.question
        ? renderDeleteDialog(
            this.question,
            statuses,
            store.can('restoreStatus'),
            (key, values) => this.text(key, values),
            {
              onChange: (question) => (this.question = question),
              onConfirm: () => void this.#confirmDelete(),
              onCancel: () => this.#closeQuestion(),
            },
          )
        : nothing
    }`;
  }

  protected override updated(): void {
    const dialog = this.#find<HTMLDialogElement>('.dialog');
    if (dialog && !dialog.open) dialog.showModal();
    if (this.menuId === undefined) this.#popup.hide();
    else this.#showMenu();
    if (this.#focusAfter !== undefined) {
      const target = this.#find(this.#focusAfter);
      this.#focusAfter = undefined;
      target?.focus({ preventScroll: true });
      target?.scrollIntoView({ block: 'nearest' });
    }
    const { store } = this;
    this.setState('loading', !store || store.phase === 'loading');
    this.setState('saving', this.saving > 0);
    this.setState('error', Boolean(store?.error ?? this.notice?.isError));
    this.setState('empty', store?.phase === 'ready' && this.#statuses.length === 0);
    this.setState('open', this.menuId !== undefined || this.question !== undefined);
  }

  get #statuses(): readonly Status[] {
    return this.#held ?? this.store?.statuses ?? [];
  }

  /** The list with what is being carried at its place of now. */
  get #shown(): readonly Status[] {
    return this.grab?.preview(this.#statuses) ?? this.#statuses;
  }

  #find<T extends HTMLElement = HTMLElement>(selector: string): T | null {
    return this.renderRoot?.querySelector<T>(selector) ?? null;
  }

  // What is shown.

  #renderSkeleton(): TemplateResult {
    return html`<div class="card" aria-busy="true" role="status">
      <span class="visually-hidden">${this.text('loading')}</span>
      ${[0, 1, 2].map(() => html`<div class="row"><span class="skeleton" part="skeleton"></span></div>`)}
    </div>`;
  }

  #renderLoadError(error: PipelineError): TemplateResult {
    return html`<div class="notice error" part="error" role="alert">
      ${warningIcon}<span>${this.text('loadFailed')} ${this.errorText(error)}</span>
      <button class="button" @click=${() => void this.store?.retry()}>${this.text('retry')}</button>
    </div>`;
  }

  #renderEmpty(): TemplateResult {
    return html`<div class="welcome" part="empty">
      <h2>${this.text(this.readonly ? 'noStatusesYet' : 'emptyTitle')}</h2>
      ${
        this.readonly
          ? nothing
          : html`<p>${this.text('emptyText')}</p>
              <button class="button" @click=${() => void this.#useExamples()}>${this.text('useExamples')}</button>`
      }
    </div>`;
  }

  #renderList(statuses: readonly Status[]): TemplateResult {
    return html`<ol
      class="card"
      part="list"
      role="list"
      aria-label=${this.text('statuses')}
      @keydown=${this.#handleListKeyDown}
    >
      ${repeat(
        statuses,
        ({ id }) => id,
        (status) => this.#renderRow(status),
      )}
    </ol>`;
  }

  #renderRow(status: Status): TemplateResult {
    const { id, name } = status;
    if (this.draft?.base?.id === id) {
      return html`<li class="row editing" part="row" data-id=${id}>${this.#renderForm(this.draft)}</li>`;
    }
    const counts = this.store?.counts(QUERY);
    const count = counts && (counts.byStatus.get(id) ?? 0);
    const isGrabbed = this.grab?.id === id;
    return html`<li class="row" part="row" data-id=${id} ?data-grabbed=${isGrabbed}>
      ${
        this.readonly
          ? nothing
          : html`<button
              class="icon-button handle"
              part="handle"
              type="button"
              data-handle=${id}
              aria-label=${this.text('reorderName', { name })}
              aria-description=${this.text('reorderHint')}
              aria-haspopup="menu"
              aria-expanded=${this.menuId === id ? 'true' : 'false'}
              aria-pressed=${isGrabbed ? 'true' : nothing}
              aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
              @click=${() => this.#handleHandleClick(id)}
              @keydown=${(event: KeyboardEvent) => this.#handleHandleKeyDown(event, id)}
              @keyup=${this.#handleHandleKeyUp}
              @blur=${() => isGrabbed && this.#drop(false)}
            >
              ${dotsIcon}
            </button>`
      }
      <span class="name">${chip(status, name)}</span>
      ${
        count === undefined
          ? nothing
          : html`<span class="count" part="count" title=${this.text('usage', { n: count })}
              ><span aria-hidden="true">${this.localize.formats.compact.format(count)}</span
              ><span class="visually-hidden">${this.text('usage', { n: count })}</span></span
            >`
      }
      ${
        this.readonly
          ? nothing
          : html`<button
                class="icon-button"
                part="edit"
                type="button"
                data-edit=${id}
                aria-label=${this.text('editName', { name })}
                @click=${() => this.#startEdit(status)}
              >
                ${pencilIcon}</button
              ><button
                class="icon-button trash"
                part="delete"
                type="button"
                data-delete=${id}
                aria-label=${this.text('deleteName', { name })}
                @click=${() => void this.#handleDelete(status)}
              >
                ${trashIcon}
              </button>`
      }
    </li>`;
  }

  #renderForm(draft: Draft): TemplateResult {
    return renderForm(draft, this.palette, (key, values) => this.text(key, values), {
      onSubmit: (event) => {
        event.preventDefault();
        void (draft.base ? this.#saveEdit() : this.#add());
      },
      onCancel: () => this.#cancelForm(),
      onChange: (changed) => (this.draft = changed),
    });
  }

  #renderAdd(isEmpty: boolean): TemplateResult {
    if (this.draft && !this.draft.base) return html`<div class="card add-form">${this.#renderForm(this.draft)}</div>`;
    const isFull = this.#statuses.length >= MAX_STATUSES;
    return html`<button
        class=${isEmpty ? 'button primary add' : 'button add'}
        type="button"
        ?disabled=${isFull}
        @click=${() => this.#startAdd()}
      >
        ${plusIcon}${this.text('addStatus')}</button
      >${isFull ? html`<p class="hint">${this.text('limitReached', { n: MAX_STATUSES })}</p>` : nothing}`;
  }

  #renderNotice(): TemplateResult | typeof nothing {
    const { notice } = this;
    if (!notice) return nothing;
    return html`<div
      class=${notice.isError ? 'notice error' : 'notice'}
      part=${notice.isError ? 'message error' : 'message'}
    >
      <span class="notice-text">${notice.text}</span>
      ${
        notice.action
          ? html`<button class="link-button" part="undo" type="button" @click=${() => notice.action?.run()}>
              ${notice.action.label}
            </button>`
          : nothing
      }
      <button class="icon-button" type="button" aria-label=${this.text('dismiss')} @click=${this.#handleDismiss}>
        ${closeIcon}
      </button>
    </div>`;
  }

  #renderMenu(id: Id): TemplateResult {
    const statuses = this.#statuses;
    const index = statuses.findIndex((status) => status.id === id);
    const name = statuses[index]?.name ?? '';
    const [isFirst, isLast] = [index === 0, index === statuses.length - 1];
    return renderMenu(
      this.text('reorderName', { name }),
      [
        { key: 'up', label: this.text('moveUp'), isDisabled: isFirst },
        { key: 'down', label: this.text('moveDown'), isDisabled: isLast },
        { key: 'top', label: this.text('moveToTop'), isDisabled: isFirst },
        { key: 'bottom', label: this.text('moveToBottom'), isDisabled: isLast },
      ],
      (key) => {
        this.#closeMenu(true);
        void this.#moveTo(id, key as Direction);
      },
      () => this.#closeMenu(true),
    );
  }

  // Writing. Every write goes through here: the page may cancel it, hears of it, and sees it fail.

  async #write(
    action: StatusesAction,
    status: Status,
    run: (store: PipelineStore) => Promise<unknown>,
  ): Promise<PipelineError | boolean> {
    const { store } = this;
    if (!store || !this.dispatchEvent(new PipelineBeforeStatusesChangeEvent(action, status))) return false;
    this.notice = undefined;
    this.saving++;
    try {
      await run(store);
      this.dispatchEvent(new PipelineStatusesChangeEvent(action, store.status(status.id) ?? status));
      return true;
    } catch (thrown) {
      const error = PipelineError.from(thrown);
      this.dispatchEvent(new PipelineErrorEvent(error, action));
      return error;
    } finally {
      this.saving--;
    }
  }

  #fail(text: string): void {
    this.notice = { text, isError: true };
    announce(text, this);
  }

  // Adding and editing.

  #startAdd(): void {
    const color = nextColor(
      this.palette,
      this.#statuses.map((status) => status.color),
    );
    this.draft = { name: '', color: color.toLowerCase() };
    this.#focusAfter = '#name-add';
  }

  #startEdit(status: Status): void {
    this.draft = { base: status, name: status.name, color: status.color };
    this.#focusAfter = '#name-edit';
  }

  #cancelForm(): void {
    const id = this.draft?.base?.id;
    this.draft = undefined;
    this.#focusAfter = id === undefined ? '.add' : `[data-edit="${CSS.escape(id)}"]`;
  }

  async #add(): Promise<void> {
    const draft = this.draft!;
    const problem = nameProblem(draft, this.#statuses, (key, values) => this.text(key, values));
    if (problem) return this.#refuse(draft, problem);
    const status: Status = {
      id: crypto.randomUUID(),
      name: draft.name.trim().normalize('NFC'),
      color: draft.color as `#${string}`,
      rank: '',
      version: 0,
    };
    const { id, name, color } = status;
    this.draft = { ...draft, isSaving: true };
    const outcome = await this.#write('create', status, (store) => store.createStatus({ id, name, color }));
    if (outcome !== true) return this.#refuse(draft, outcome);
    announce(this.text('statusAdded', { name, n: this.#statuses.length }), this);
    // Ready for the next one.
    if (this.#statuses.length < MAX_STATUSES) this.#startAdd();
    else this.#cancelForm();
  }

  async #saveEdit(): Promise<void> {
    const draft = this.draft!;
    const status = draft.base!;
    const problem = nameProblem(draft, this.#statuses, (key, values) => this.text(key, values));
    if (problem) return this.#refuse(draft, problem);
    const name = draft.name.trim().normalize('NFC');
    const patch = {
      ...(name === status.name ? {} : { name }),
      ...(draft.color === status.color ? {} : { color: draft.color as `#${string}` }),
    };
    if (!Object.keys(patch).length) return this.#cancelForm();
    this.draft = { ...draft, isSaving: true };
    const outcome = await this.#write('update', { ...status, ...patch }, (store) => store.updateStatus(status, patch));
    if (outcome !== true) return this.#refuse(draft, outcome);
    this.#cancelForm();
    announce(this.text('statusSaved', { name }), this);
  }

  /** What was typed stays, with the reason at the field. */
  #refuse(draft: Draft, outcome: PipelineError | string | false): void {
    if (outcome === false) {
      this.draft = { ...draft, isSaving: false };
      return;
    }
    const text = (...args: Parameters<PipelineElement['text']>): string => this.text(...args);
    const problem =
      typeof outcome === 'string' ? outcome : (refusalText(outcome, draft, text) ?? this.errorText(outcome));
    const current = typeof outcome !== 'string' && outcome.code === 'conflict' ? outcome.current : undefined;
    // To save again means to overwrite what the others did, knowing it.
    const next = current && draft.base ? { ...draft, base: current as Status } : draft;
    this.draft = { ...next, isSaving: false, problem };
    this.#focusAfter = draft.base ? '#name-edit' : '#name-add';
    announce(problem, this);
  }

  async #useExamples(): Promise<void> {
    for (const [i, key] of EXAMPLES.entries()) {
      const color = (this.palette[i] ?? DEFAULT_PALETTE[i]!).color.toLowerCase() as `#${string}`;
      const status: Status = { id: crypto.randomUUID(), name: this.text(key), color, rank: '', version: 0 };
      const { id, name } = status;
      const outcome = await this.#write('create', status, (store) => store.createStatus({ id, name, color }));
      if (outcome instanceof PipelineError) return this.#fail(this.errorText(outcome));
    }
    this.#focusAfter = '.add';
    this.requestUpdate();
  }

  // Deleting.

  async #handleDelete(status: Status): Promise<void> {
    const count = this.store?.counts(QUERY)?.byStatus.get(status.id) ?? 0;
    if (count > 0) this.question = { status, count, moveTo: null, isMove: false };
    else await this.#delete(status, undefined);
  }

  async #confirmDelete(): Promise<void> {
    const { status, isMove, moveTo } = this.question!;
    this.#closeQuestion();
    await this.#delete(status, isMove ? moveTo : null);
  }

  #closeQuestion(): void {
    const id = this.question?.status.id ?? '';
    this.question = undefined;
    this.#focusAfter = `[data-delete="${CSS.escape(id)}"]`;
  }

  async #delete(status: Status, moveTo: Id | null | undefined): Promise<void> {
    const { id, name } = status;
    const index = this.#statuses.findIndex((each) => each.id === id);
    let moved = 0;
    const neighbour = this.#statuses[index + 1] ?? this.#statuses[index - 1];
    const writing = this.#write('delete', status, async (store) => {
      // From here on the list shows it gone: focus goes to its neighbour.
      const deleting = store.deleteStatus(status, moveTo);
      this.#focusAfter = neighbour ? `[data-delete="${CSS.escape(neighbour.id)}"]` : '.add';
      this.requestUpdate();
      moved = (await deleting).moved;
    });
    const outcome = await writing;
    if (outcome instanceof PipelineError) {
      if (outcome.code === 'in-use') {
        this.question = { status, count: outcome.count ?? 1, moveTo: null, isMove: false };
        return;
      }
      this.#focusAfter = `[data-delete="${CSS.escape(id)}"]`;
      return this.#fail(`${this.errorText(outcome)}`);
    }
    if (!outcome) return;
    const target = moveTo ? (this.store?.status(moveTo)?.name ?? '') : this.text('noStatus');
    const text = moved
      ? this.text('statusDeletedMoved', { name, n: moved, target })
      : this.text('statusDeleted', { name });
    this.notice = {
      text,
      ...(this.store?.can('restoreStatus')
        ? { action: { label: this.text('undo'), run: () => void this.#restore(status) } }
        : {}),
    };
    announce(text, this);
  }

  async #restore(status: Status): Promise<void> {
    const outcome = await this.#write('restore', status, (store) => store.restoreStatus(status.id));
    if (outcome instanceof PipelineError) {
      const text = refusalText(outcome, { name: status.name, color: status.color }, (key, values) =>
        this.text(key, values),
      );
      this.#fail(text ?? this.errorText(outcome));
      return;
    }
    this.#focusAfter = `[data-delete="${CSS.escape(status.id)}"]`;
    const n = this.#statuses.findIndex(({ id }) => id === status.id) + 1;
    announce(this.text('statusRestored', { name: status.name, n }), this);
    this.requestUpdate();
  }

  readonly #handleDismiss = (): void => {
    this.notice = undefined;
    this.#focusAfter = '.add';
  };

  // Reordering: mouse, touch, pen, keyboard and menu all end in #move.

  async #move(id: Id, after: Id | null): Promise<void> {
    const before = this.store?.statuses ?? [];
    const status = before.find((each) => each.id === id);
    if (!status) return;
    const { name } = status;
    const from = before.indexOf(status) + 1;
    const total = before.length;
    const writing = this.#write('move', status, (store) => store.moveStatus(id, after));
    this.#focusAfter = `[data-handle="${CSS.escape(id)}"]`;
    this.requestUpdate();
    const n = (this.store?.statuses.findIndex((each) => each.id === id) ?? 0) + 1;
    if (n !== from) announce(this.text('dropped', { name, from, n, total }), this);
    const outcome = await writing;
    if (outcome instanceof PipelineError) {
      this.#focusAfter = `[data-handle="${CSS.escape(id)}"]`;
      this.#fail(`${this.text('orderNotSaved', { name, from })} ${this.errorText(outcome)}`);
    }
  }

  async #moveTo(id: Id, direction: Direction): Promise<void> {
    const statuses = this.#statuses;
    const index = statuses.findIndex((status) => status.id === id);
    const to = indexFor(direction, index, statuses.length);
    if (to === index) {
      const key = index === 0 ? 'alreadyFirst' : 'alreadyLast';
      announce(this.text(key, { name: statuses[index]?.name ?? '' }), this);
      return;
    }
    await this.#move(id, precedingId(withMoved(statuses, id, to), id));
  }

  readonly #handleListKeyDown = (event: KeyboardEvent): void => {
    const id = (event.target as Element).closest<HTMLElement>('[data-id]')?.dataset['id'];
    if (!event.altKey || id === undefined || this.readonly || this.grab || this.draft?.base?.id === id) return;
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    void this.#moveTo(id, event.key === 'ArrowUp' ? 'up' : 'down');
  };

  #handleHandleKeyDown(event: KeyboardEvent, id: Id): void {
    if (event.altKey || event.ctrlKey || event.metaKey || this.#sortable.isDragging) return;
    if (!this.grab) {
      if (event.key !== ' ') return;
      this.grab = new KeyboardGrab(this, this.localize, this.#statuses, id);
      this.#closeMenu(false);
      this.setState('dragging', true);
    } else if (event.key === ' ' || event.key === 'Enter') this.#drop(true);
    else if (event.key === 'Escape') {
      this.grab.sayCancelled(this.#statuses);
      this.#endGrab(id);
    } else if (event.key === 'Tab') return this.#drop(false);
    else if (this.grab.carry(event.key, this.#statuses)) {
      this.#focusAfter = `[data-handle="${CSS.escape(id)}"]`;
      this.requestUpdate();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** A button is clicked when Space comes up: that press was the grab or the drop. */
  readonly #handleHandleKeyUp = (event: KeyboardEvent): void => {
    if (event.key === ' ') event.preventDefault();
  };

  #drop(keepsFocus: boolean): void {
    const { grab } = this;
    // A row that is moved in the DOM loses focus for a moment: that is no drop.
    if (!grab || (!keepsFocus && this.#focusAfter !== undefined)) return;
    const drop = grab.drop(this.#statuses);
    this.#endGrab(keepsFocus ? grab.id : undefined);
    if (drop) void this.#move(grab.id, drop.after);
    if (!keepsFocus) this.#focusAfter = undefined;
  }

  #endGrab(focusId: Id | undefined): void {
    this.grab = undefined;
    this.setState('dragging', false);
    if (focusId !== undefined) this.#focusAfter = `[data-handle="${CSS.escape(focusId)}"]`;
  }

  #handleHandleClick(id: Id): void {
    if (this.grab) return;
    if (this.menuId === id) this.#closeMenu(true);
    else this.menuId = id;
  }

  #showMenu(): void {
    const menu = this.#find('.menu');
    const isNew = menu && !menu.matches(':popover-open');
    this.#popup.show();
    if (isNew)
      menu.querySelector<HTMLElement>('[role=menuitem]:not([aria-disabled=true])')?.focus({ preventScroll: true });
  }

  #closeMenu(focusHandle: boolean): void {
    if (this.menuId === undefined) return;
    if (focusHandle) this.#find(`[data-handle="${CSS.escape(this.menuId)}"]`)?.focus({ preventScroll: true });
    this.menuId = undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'pipeline-settings': PipelineSettings;
  }
}
