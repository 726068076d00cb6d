/** Writes the status that the user picked, fires the events, reports the result, and undoes the last change. */
import type { ReactiveElement } from '@lit/reactive-element';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import {
  PipelineBeforeStatusChangeEvent,
  PipelineErrorEvent,
  PipelineStatusChangeEvent,
  type StatusChange,
} from '../../events.js';
import { errorText } from '../../ui/error-text.js';
import { announce } from '../../ui/live-region.js';
import type { Translate } from '../../ui/localize.js';
import type { ConversationRef } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/pipeline.js';
import type { StoreController } from '../../store/store-controller.js';
import { Mutations } from '../../store/mutations.js';
import { sharedStatusOf, type Conversations } from './bulk-selection.js';

/** The picker, as the code that is loaded on first use sees it. */
export interface StatusChangeHost {
  readonly element: ReactiveElement;
  readonly stores: Pick<StoreController<never>, 'store' | 'isCurrent' | 'isOfSameAdapter'>;
  readonly text: Translate;
  /** The conversations that the picker shows; `undefined` if it is a plain form control. */
  conversations(): Conversations | undefined;
  /** Fires `input` and `change`. */
  fireNativeEvents(): void;
}

/** A status for conversations that had one and the same before, or several (`from` is `undefined`). */
interface RequestedChange extends StatusChange {
  refs: Conversations;
}

const request = (refs: Conversations, from: Id | null | undefined, to: Id | null): RequestedChange => ({
  refs,
  conversationIds: refs.map((ref) => ref.conversationId),
  from,
  to,
});

/** A conversation that was not changed, as far as is known. */
interface FailedChange {
  conversationId: Id;
  to: Id | null;
  error: PipelineError;
  /** The version of its entry when the write failed. */
  version: number;
}

export class StatusChanges {
  readonly #host: StatusChangeHost;
  /** The last change: what it set, and what each conversation had before. */
  #undoable: { store: PipelineStore; to: Id | null; before: Map<ConversationRef, Id | null> } | undefined;
  /** What failed in the last change; `refs` are all the conversations of it. */
  #failure: { store: PipelineStore; refs: Conversations; failed: readonly FailedChange[] } | undefined;
  /**
   * How many conversations, of those shown, were not changed because someone else signed in. Reported without the names
   * that only the previous user may see.
   */
  #sessionLoss: { n: number; of: number } | undefined;
  /** Incremented by each change and reset: results of an earlier generation are not reported. */
  #generation = 0;

  constructor(host: StatusChangeHost) {
    this.#host = host;
  }

  /** Why the last change failed, in the current language; '' if it did not. */
  get message(): string {
    const { text } = this.#host;
    if (this.#sessionLoss) {
      const { n, of } = this.#sessionLoss;
      return n < of ? `${text('someNotChanged', { n })} ${text('errorSessionChanged')}` : text('errorSessionChanged');
    }
    if (!this.#failure) return '';
    const { store, refs, failed } = this.#failure;
    const countByReason = new Map<string, number>();
    for (const { error } of failed) {
      const reason = errorText(text, error);
      countByReason.set(reason, (countByReason.get(reason) ?? 0) + 1);
    }
    if (failed.length < refs.length) {
      return [...countByReason].map(([reason, n]) => `${text('someNotChanged', { n })} ${reason}`).join(' ');
    }
    const name = this.#nameOf(store, sharedStatusOf(store, refs).statusId);
    return [text('statusNotChanged', { name }), ...countByReason.keys()].join(' ');
  }

  get canUndo(): boolean {
    return this.#undoable !== undefined;
  }

  clearMessage(): void {
    this.#failure = this.#sessionLoss = undefined;
  }

  /** Withdraws the undo button. */
  forgetUndo(): void {
    if (!this.#undoable) return;
    this.#undoable = undefined;
    this.#host.element.requestUpdate();
  }

  /** The picker shows other conversations now: pending results are not about them. */
  reset(): void {
    this.#generation++;
    this.#undoable = this.#failure = this.#sessionLoss = undefined;
  }

  /** The data comes from another source now. What was lost with the session is still reported. */
  changeSource(isSession: boolean): void {
    const loss = isSession ? this.#sessionLoss : undefined;
    this.reset();
    this.#sessionLoss = loss;
  }

  /**
   * Compares with the store before each render. Withdraws the undo button if someone else has changed the status since,
   * whose change it would overwrite, and the failure of changes that turn out to have succeeded.
   */
  check(store: PipelineStore): void {
    if (this.#failure?.store !== store) this.#failure = undefined;
    this.#checkFailure();
    if (!this.#undoable) return;
    const { to, before } = this.#undoable;
    const isUnchanged = [...before.keys()].every((ref) => store.entry(ref.conversationId)?.statusId === to);
    if (this.#undoable.store !== store || !isUnchanged) this.#undoable = undefined;
  }

  /** Gives the conversations another status. */
  async change(store: PipelineStore, refs: Conversations, from: Id | null | undefined, to: Id | null): Promise<void> {
    const statuses = refs.map((ref) => [ref, store.entry(ref.conversationId)?.statusId] as const);
    const changed = await this.#write(store, [request(refs, from, to)]);
    const before = new Map<ConversationRef, Id | null>();
    for (const [ref, statusId] of statuses) {
      if (statusId !== undefined && statusId !== to && changed.has(ref.conversationId)) before.set(ref, statusId);
    }
    if (before.size) this.#undoable = { store, to, before };
    this.#host.element.requestUpdate();
  }

  /** Gives each conversation of the last change the status that it had before. */
  async undo(): Promise<void> {
    if (!this.#undoable) return;
    const { store, to, before } = this.#undoable;
    this.#host.element.focus({ preventScroll: true });
    const groups = new Map<Id | null, ConversationRef[]>();
    for (const [ref, statusId] of before) groups.set(statusId, [...(groups.get(statusId) ?? []), ref]);
    await this.#write(
      store,
      [...groups].map(([statusId, refs]) => request(refs, to, statusId)),
    );
    this.#host.element.requestUpdate();
  }

  /** Renders the undo button and the message, which stand beside the pill. */
  render(): TemplateResult | typeof nothing {
    const { message, canUndo } = this;
    if (!message && !canUndo) return nothing;
    return html`${
      canUndo
        ? html`<button class="link-button undo" part="undo" type="button" @click=${() => this.undo()}>
            ${this.#host.text('undo')}
          </button>`
        : nothing
    }${message ? html`<span class="message error" id="error" part="error">${message}</span>` : nothing}`;
  }

  /**
   * Asks the page, writes what it allows, and reports the result. Resolves to the conversations that were changed; to
   * none if a later change has superseded this one.
   */
  async #write(store: PipelineStore, requests: readonly RequestedChange[]): Promise<ReadonlySet<Id>> {
    const { element, stores } = this.#host;
    const changed = new Set<Id>();
    const failed: FailedChange[] = [];
    const allowed = requests.filter((each) => element.dispatchEvent(new PipelineBeforeStatusChangeEvent(each)));
    // A listener may also have changed the source.
    if (!allowed.length || !stores.isCurrent(store)) return changed;
    this.reset();
    const generation = this.#generation;
    const sent = allowed.map((each) => this.#send(store, each, changed, failed));
    this.#host.fireNativeEvents();
    await Promise.all(sent);
    if (generation !== this.#generation) return new Set();
    if (failed.length) {
      this.#failure = { store, refs: allowed.flatMap(({ refs }) => refs), failed };
      announce(this.message, element);
    } else if (changed.size && !this.#sessionLoss) {
      this.#announceSuccess(
        store,
        allowed.map(({ to }) => to),
      );
    }
    return changed;
  }

  /** Makes one request of the store and fires its events; adds the conversations to `changed` or `failed`. */
  async #send(store: PipelineStore, change: RequestedChange, changed: Set<Id>, failed: FailedChange[]): Promise<void> {
    const { element, stores } = this.#host;
    let rejected: (readonly [Id, PipelineError])[];
    try {
      const results = await Mutations.of(store).setStatus(change.refs, change.to);
      const succeeded = results.filter(({ ok }) => ok);
      for (const { conversationId } of succeeded) changed.add(conversationId);
      // Aborted: superseded by a later change, which reports the result.
      rejected = results.flatMap((each) =>
        each.ok || each.error.code === 'aborted' ? [] : [[each.conversationId, each.error] as const],
      );
      if (succeeded.length && stores.isCurrent(store)) {
        element.dispatchEvent(new PipelineStatusChangeEvent(change, results));
      }
    } catch (thrown) {
      rejected = change.refs.map((ref) => [ref.conversationId, PipelineError.from(thrown)]);
    }
    const byCode = new Map<string, { error: PipelineError; ids: Id[] }>();
    for (const [conversationId, error] of rejected) {
      const ids = byCode.get(error.code)?.ids ?? [];
      ids.push(conversationId);
      byCode.set(error.code, { error, ids });
      if (error.code === 'session-changed') continue;
      failed.push({ conversationId, to: change.to, error, version: store.entry(conversationId)?.version ?? 0 });
    }
    // One event for each reason, not for each conversation.
    for (const { error, ids } of byCode.values()) {
      const isSessionLoss = error.code === 'session-changed' && stores.isOfSameAdapter(store);
      if (isSessionLoss) this.#reportSessionLoss(ids);
      if (isSessionLoss || stores.isCurrent(store)) {
        element.dispatchEvent(new PipelineErrorEvent(error, 'set-status', ids));
      }
    }
  }

  /** A write that timed out may have succeeded: its failure is withdrawn when the store receives the change. */
  #checkFailure(): void {
    if (!this.#failure) return;
    const { store, refs, failed } = this.#failure;
    const remaining = failed.filter(({ conversationId, to, version }) => {
      const entry = store.entry(conversationId);
      return !entry || entry.pending || entry.statusId !== to || entry.version <= version;
    });
    if (remaining.length === failed.length) return;
    this.#failure = remaining.length ? { store, refs, failed: remaining } : undefined;
    if (!remaining.length) {
      this.#announceSuccess(
        store,
        failed.map(({ to }) => to),
      );
    }
  }

  /** Always announced, but shown only if the picker still shows these conversations. */
  #reportSessionLoss(ids: readonly Id[]): void {
    const { element, conversations, text } = this.#host;
    const shown = new Set(conversations()?.map(({ conversationId }) => conversationId));
    const isShown = ids.every((id) => shown.has(id));
    if (isShown) this.#sessionLoss = { n: ids.length + (this.#sessionLoss?.n ?? 0), of: shown.size };
    announce(isShown ? this.message : text('errorSessionChanged'), element);
    element.requestUpdate();
  }

  #announceSuccess(store: PipelineStore, statusIds: readonly (Id | null)[]): void {
    const { element, text } = this.#host;
    const [first, ...others] = new Set(statusIds);
    const to = others.length ? undefined : first;
    announce(to === null ? text('statusCleared') : text('statusChanged', { name: this.#nameOf(store, to) }), element);
  }

  #nameOf(store: PipelineStore, id: Id | null | undefined): string {
    const { text } = this.#host;
    return id === undefined ? text('mixed') : (store.status(id)?.name ?? text('noStatus'));
  }
}
