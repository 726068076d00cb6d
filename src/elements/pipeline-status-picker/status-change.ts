/** Writes the status that the user picked, fires the events, reports the result, and undoes the last change. */
import type { ReactiveElement } from '@lit/reactive-element';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import {
  PipelineBeforeStatusChangeEvent,
  PipelineErrorEvent,
  PipelineStatusChangeEvent,
  type StatusChange,
} from '../../events.js';
import { dispatcherAt } from '../../ui/dispatch.js';
import { announce, announceFailure } from '../../ui/live-region.js';
import type { ConversationRef } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/pipeline.js';
import type { StoreController } from '../../store/store-controller.js';
import { Mutations } from '../../store/mutations.js';
import type { FailedPick } from '../../store/pick-feedback.js';
import { sharedStatusOf, type Conversations } from './bulk-selection.js';
import { PickNotices, type PickNoticesHost } from './pick-notices.js';

/** The picker, as the code that is loaded on first use sees it. */
export interface StatusChangeHost extends PickNoticesHost {
  readonly element: ReactiveElement & { readonly labels: NodeList };
  readonly stores: Pick<StoreController<never>, 'store' | 'isCurrent' | 'isOfSameAdapter'>;
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

export class StatusChanges {
  readonly #host: StatusChangeHost;
  readonly #notices: PickNotices;
  /** The last change: what it set, and what each conversation had before. */
  #undoable: { store: PipelineStore; to: Id | null; before: Map<ConversationRef, Id | null> } | undefined;
  /** The failures of the last change that may have succeeded nevertheless. */
  #uncertain: { store: PipelineStore; failures: readonly FailedPick[] } | undefined;
  /** Which waits of the current changes were announced: each is announced once. */
  readonly #announcedWaits = new Set<string>();
  #pendingWrites = 0;
  /** Incremented by each change and reset: results of an earlier generation are not reported as those of the last. */
  #generation = 0;

  constructor(host: StatusChangeHost) {
    this.#host = host;
    this.#notices = new PickNotices(host);
  }

  /** Why picks of the conversations shown failed, in the current language; '' if none did. */
  get message(): string {
    return this.#notices.message;
  }

  /** The ids of what describes the pill; '' for none. */
  get description(): string {
    return this.#notices.description;
  }

  get rejectedText(): string {
    return this.#notices.rejectedText;
  }

  /** Reports invalid ids, if they have not been reported. */
  reportRejected(): void {
    this.#notices.reportRejected(this.#host.element);
  }

  get canUndo(): boolean {
    return this.#undoable !== undefined;
  }

  /** Removes the message. Returns whether there was one. */
  dismiss(): boolean {
    return this.#notices.dismiss();
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
    this.#undoable = this.#uncertain = undefined;
    this.#pendingWrites = 0;
    this.#announcedWaits.clear();
    this.#notices.clearSessionLoss();
  }

  /** The data comes from another source now. What was lost with the session is still reported. */
  changeSource(isSession: boolean): void {
    this.#generation++;
    this.#undoable = this.#uncertain = undefined;
    this.#pendingWrites = 0;
    if (!isSession) this.#notices.clearSessionLoss();
  }

  /**
   * Compares with the store before each render. Withdraws the undo button if someone else has changed the status since,
   * whose change it would overwrite; announces that a change is slow, and that one which failed has succeeded after all.
   */
  check(store: PipelineStore): void {
    this.#checkUncertain(store);
    const { wait } = this.#notices;
    if (wait && this.#pendingWrites && !this.#announcedWaits.has(wait.reason)) {
      this.#announcedWaits.add(wait.reason);
      announce(this.#notices.waitText(wait), this.#host.element);
    }
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

  /** Renders the undo button and the notices, which stand beside the pill. */
  render(): TemplateResult {
    const { element, localize } = this.#host;
    const handleDismiss = (): void => {
      element.focus({ preventScroll: true });
      this.dismiss();
      element.requestUpdate();
    };
    return html`${
      this.canUndo
        ? html`<button class="link-button undo" part="undo" type="button" @click=${() => this.undo()}>
            ${localize.text('undo')}
          </button>`
        : nothing
    }${this.#notices.render({ onDismiss: handleDismiss, onRetry: () => void this.#retry() })}`;
  }

  /** Picks again what failed for a temporary reason. */
  async #retry(): Promise<void> {
    const { element, stores, conversations } = this.#host;
    const { store } = stores;
    const { failures } = this.#notices;
    if (!store) return;
    element.focus({ preventScroll: true });
    const groups = new Map<Id | null, ConversationRef[]>();
    for (const { conversationId, to, error } of failures) {
      const ref = conversations()?.find((each) => each.conversationId === conversationId);
      if (ref && error.retryable) groups.set(to, [...(groups.get(to) ?? []), ref]);
    }
    await this.#write(
      store,
      [...groups].map(([to, refs]) => request(refs, sharedStatusOf(store, refs).statusId, to)),
    );
    element.requestUpdate();
  }

  /**
   * Asks the page, writes what it allows, and reports the result. Resolves to the conversations that were changed; to
   * none if a later change has superseded this one.
   */
  async #write(store: PipelineStore, requests: readonly RequestedChange[]): Promise<ReadonlySet<Id>> {
    const { element, stores } = this.#host;
    const changed = new Set<Id>();
    const failed: FailedPick[] = [];
    const allowed = requests.filter((each) => element.dispatchEvent(new PipelineBeforeStatusChangeEvent(each)));
    // A listener may also have changed the source.
    if (!allowed.length || !stores.isCurrent(store)) return changed;
    this.reset();
    const generation = this.#generation;
    this.#pendingWrites++;
    const label = labelOf(element) || (allowed[0]!.refs[0]?.contactId ?? '');
    const dispatch = dispatcherAt(element);
    const sent = allowed.map((each) => this.#send(store, each, dispatch, changed, failed));
    this.#host.fireNativeEvents();
    await Promise.all(sent);
    const isLast = generation === this.#generation;
    if (isLast) this.#pendingWrites = 0;
    // A later pick of the same conversation reports its own result.
    const failures = failed.filter(
      ({ conversationId, error }) => store.feedback(conversationId)?.failure?.error === error,
    );
    if (failures.length && stores.isCurrent(store)) {
      if (isLast) this.#uncertain = { store, failures };
      this.#announceFailures(store, failures, label);
    } else if (isLast && !failed.length && changed.size && !this.#notices.hasSessionLoss) {
      this.#announceSuccess(
        store,
        allowed.map(({ to }) => to),
      );
    }
    return isLast ? changed : new Set();
  }

  /** With the conversations, if the picker shows others by now or has left the page. */
  #announceFailures(store: PipelineStore, failures: readonly FailedPick[], label: string): void {
    const { element, conversations } = this.#host;
    const shown = new Set(conversations()?.map(({ conversationId }) => conversationId));
    const isShown = element.isConnected && failures.every(({ conversationId }) => shown.has(conversationId));
    announceFailure(isShown ? this.message : this.#notices.messageElsewhere(store, failures, label), element);
    element.requestUpdate();
  }

  /** Makes one request of the store and fires its events; adds the conversations to `changed` or `failed`. */
  async #send(
    store: PipelineStore,
    change: RequestedChange,
    dispatch: (event: Event) => void,
    changed: Set<Id>,
    failed: FailedPick[],
  ): Promise<void> {
    const { stores } = this.#host;
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
        dispatch(new PipelineStatusChangeEvent(change, results));
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
      failed.push({ conversationId, to: change.to, error });
    }
    // One event for each reason, not for each conversation.
    for (const { error, ids } of byCode.values()) {
      const isSessionLoss = error.code === 'session-changed' && stores.isOfSameAdapter(store);
      if (isSessionLoss) this.#reportSessionLoss(ids);
      if (isSessionLoss || stores.isCurrent(store)) {
        dispatch(new PipelineErrorEvent(error, 'set-status', ids));
      }
    }
  }

  /** A write that timed out may have succeeded: the store withdraws its failure when it receives the change. */
  #checkUncertain(store: PipelineStore): void {
    if (!this.#uncertain) return;
    const { failures } = this.#uncertain;
    const remaining = failures.filter(({ conversationId }) => store.feedback(conversationId)?.failure);
    if (this.#uncertain.store === store && remaining.length) return;
    this.#uncertain = undefined;
    const isDone = failures.every(({ conversationId, to }) => store.confirmedEntry(conversationId)?.statusId === to);
    if (!isDone || failures.some(({ conversationId }) => store.entry(conversationId)?.pending)) return;
    this.#announceSuccess(
      store,
      failures.map(({ to }) => to),
    );
  }

  /** Always announced, but shown only if the picker still shows these conversations. */
  #reportSessionLoss(ids: readonly Id[]): void {
    const { element, localize } = this.#host;
    const isShown = this.#notices.addSessionLoss(ids);
    announceFailure(isShown ? this.message : localize.text('errorSessionChanged'), element);
    element.requestUpdate();
  }

  #announceSuccess(store: PipelineStore, statusIds: readonly (Id | null)[]): void {
    const { element, localize } = this.#host;
    const { text } = localize;
    const [first, ...others] = new Set(statusIds);
    const to = others.length ? undefined : first;
    announce(to === null ? text('statusCleared') : text('statusChanged', { name: this.#nameOf(store, to) }), element);
  }

  #nameOf(store: PipelineStore, id: Id | null | undefined): string {
    const { text } = this.#host.localize;
    return id === undefined ? text('mixed') : (store.status(id)?.name ?? text('noStatus'));
  }
}

/** How the page calls the picker, which may be the name of the person; '' if it does not. */
function labelOf(element: Element & { readonly labels: NodeList }): string {
  const texts = [...element.labels].map(({ textContent }) => textContent?.trim() ?? '');
  return element.ariaLabel ?? texts.filter(Boolean).join(' ');
}
