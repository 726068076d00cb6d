import { html, nothing, type TemplateResult } from 'lit';
import {
  PipelineBeforeStatusChangeEvent,
  PipelineErrorEvent,
  PipelineStatusChangeEvent,
  type StatusChange,
} from '../../events.js';
import { announce } from '../../ui/live-region.js';
import type { Values } from '../../ui/localize.js';
import type { MessageKey } from '../../locales/en.js';
import type { ConversationRef } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/pipeline.js';
import type { StoreController } from '../../store/store-controller.js';
import { Mutations } from '../../store/mutations.js';
import { viewOf, type Conversations } from './conversations.js';

export interface PickHost {
  element: HTMLElement;
  /** Those that the picker is for. */
  conversations(): Conversations;
  /** Says whether what a store answers still concerns the picker. */
  stores: Pick<StoreController<never>, 'isCurrent' | 'isOfSameAdapter'>;
  text(key: MessageKey, values?: Values): string;
  errorText(error: PipelineError): string;
  /** Something to show changed. */
  update(): void;
  /** The user picked: tell a form. */
  fireNative(): void;
}

interface Write extends StatusChange {
  refs: Conversations;
}

const write = (refs: Conversations, from: Id | null | undefined, to: Id | null): Write => ({
  refs,
  conversationIds: refs.map((ref) => ref.conversationId),
  from,
  to,
});

/** A conversation that was not changed, as far as is known. */
interface Failed {
  conversationId: Id;
  to: Id | null;
  error: PipelineError;
  /** The version that it had when this became known. */
  version: number;
}

interface Failure {
  store: PipelineStore;
  /** All that was picked for. */
  refs: Conversations;
  failed: readonly Failed[];
}

/** Writes that were lost because someone else signed in; told without the names that the one before could see. */
interface Loss {
  /** How many conversations, of those that the picker is for. */
  n: number;
  of: number;
}

/** Writes picks, says how each went, and can take the last one back. */
export class Picks {
  readonly #host: PickHost;
  /** What each conversation had before the last pick, and what it was given. */
  #last: { store: PipelineStore; to: Id | null; before: Map<ConversationRef, Id | null> } | undefined;
  #failure: Failure | undefined;
  #loss: Loss | undefined;
  /** Which writes are the latest: what became of earlier ones is no longer shown. */
  #turn = 0;

  constructor(host: PickHost) {
    this.#host = host;
  }

  /** Why the last pick failed, in the words of now; '' when it did not. */
  get message(): string {
    const { text, errorText } = this.#host;
    if (this.#loss) {
      const { n, of } = this.#loss;
      return n < of ? `${text('someNotChanged', { n })} ${text('errorSessionChanged')}` : text('errorSessionChanged');
    }
    if (!this.#failure) return '';
    const { store, refs, failed } = this.#failure;
    const reasons = new Map<string, number>();
    for (const { error } of failed) reasons.set(errorText(error), (reasons.get(errorText(error)) ?? 0) + 1);
    if (failed.length < refs.length) {
      return [...reasons].map(([reason, n]) => `${text('someNotChanged', { n })} ${reason}`).join(' ');
    }
    return [
      text('statusNotChanged', { name: this.#nameOf(store, viewOf(store, refs).statusId) }),
      ...reasons.keys(),
    ].join(' ');
  }

  get canUndo(): boolean {
    return this.#last !== undefined;
  }

  /** The message has been read: the user goes on. */
  clearMessage(): void {
    this.#failure = this.#loss = undefined;
  }

  /** Withdraws the offer to take the last pick back. */
  forget(): void {
    if (!this.#last) return;
    this.#last = undefined;
    this.#host.update();
  }

  /** Other conversations are shown now: what is still on its way is not about them. */
  reset(): void {
    this.#turn++;
    this.#last = this.#failure = this.#loss = undefined;
  }

  /** The data comes from another source now. What was lost with a session is the one thing that is still said. */
  changeSource(isSession: boolean): void {
    const loss = isSession ? this.#loss : undefined;
    this.reset();
    this.#loss = loss;
  }

  /**
   * Withdraws the offer when someone else has changed the status since: taking back would overwrite them. And the word
   * of a failure about conversations that have what was picked after all.
   */
  check(store: PipelineStore): void {
    // Where the data comes from another place now, nothing said before holds.
    if (this.#failure?.store !== store) this.#failure = undefined;
    if (this.#failure) this.#recheck(this.#failure);
    if (!this.#last) return;
    const { to, before } = this.#last;
    const isOurs = this.#last.store === store;
    if (!isOurs || [...before.keys()].some(({ conversationId: id }) => store.entry(id)?.statusId !== to))
      this.#last = undefined;
  }

  async pick(store: PipelineStore, refs: Conversations, from: Id | null | undefined, to: Id | null): Promise<void> {
    const held = refs.map((ref) => [ref, store.entry(ref.conversationId)?.statusId] as const);
    const done = await this.#write(store, [write(refs, from, to)]);
    const before = new Map<ConversationRef, Id | null>();
    for (const [ref, statusId] of held) {
      if (statusId !== undefined && statusId !== to && done.has(ref.conversationId)) before.set(ref, statusId);
    }
    if (before.size) this.#last = { store, to, before };
    this.#host.update();
  }

  /** Gives each conversation back what it had. */
  async undo(): Promise<void> {
    if (!this.#last) return;
    const { store, to, before } = this.#last;
    this.#host.element.focus({ preventScroll: true });
    const groups = new Map<Id | null, ConversationRef[]>();
    for (const [ref, statusId] of before) groups.set(statusId, [...(groups.get(statusId) ?? []), ref]);
    await this.#write(
      store,
      [...groups].map(([statusId, refs]) => write(refs, to, statusId)),
    );
    this.#host.update();
  }

  /** What stands beside the pill: how to take the pick back, why it failed. */
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

  #nameOf(store: PipelineStore, id: Id | null | undefined): string {
    const { text } = this.#host;
    return id === undefined ? text('mixed') : (store.status(id)?.name ?? text('noStatus'));
  }

  /** Resolves to the conversations that were changed; to none when something later was picked meanwhile. */
  async #write(store: PipelineStore, writes: readonly Write[]): Promise<ReadonlySet<Id>> {
    const { element, fireNative, stores } = this.#host;
    const done = new Set<Id>();
    const failed: Failed[] = [];
    const allowed = writes.filter((each) => element.dispatchEvent(new PipelineBeforeStatusChangeEvent(each)));
    // The listener may have cancelled it, or gone on to another source.
    if (!allowed.length || !stores.isCurrent(store)) return done;
    this.reset();
    const turn = this.#turn;
    const sent = allowed.map((each) => this.#send(store, each, done, failed));
    fireNative();
    await Promise.all(sent);
    if (turn !== this.#turn) return new Set();
    if (failed.length) {
      this.#failure = { store, refs: allowed.flatMap(({ refs }) => refs), failed };
      announce(this.message, element);
    } else if (done.size && !this.#loss) this.#announceDone(store, new Set(allowed.map(({ to }) => to)));
    return done;
  }

  #announceDone(store: PipelineStore, given: ReadonlySet<Id | null>): void {
    const { element, text } = this.#host;
    const to = given.size > 1 ? undefined : [...given][0];
    announce(to === null ? text('statusCleared') : text('statusChanged', { name: this.#nameOf(store, to) }), element);
  }

  /** A write that timed out may have been done: what is heard later takes back what was said. */
  #recheck({ store, refs, failed }: Failure): void {
    const left = failed.filter(({ conversationId, to, version }) => {
      const entry = store.entry(conversationId);
      return !entry || entry.pending || entry.statusId !== to || entry.version <= version;
    });
    if (left.length === failed.length) return;
    this.#failure = left.length ? { store, refs, failed: left } : undefined;
    if (!left.length) this.#announceDone(store, new Set(failed.map(({ to }) => to)));
  }

  /** One write and its events; adds what came of it to `done` and `failed`. */
  async #send(store: PipelineStore, change: Write, done: Set<Id>, failed: Failed[]): Promise<void> {
    const { element, stores } = this.#host;
    let refused: (readonly [Id, PipelineError])[];
    try {
      const results = await Mutations.of(store).setStatus(change.refs, change.to);
      const changed = results.filter(({ ok }) => ok);
      for (const { conversationId } of changed) done.add(conversationId);
      // Aborted: superseded by a later pick, which reports the result.
      refused = results.flatMap((each) =>
        each.ok || each.error.code === 'aborted' ? [] : [[each.conversationId, each.error] as const],
      );
      if (changed.length && stores.isCurrent(store))
        element.dispatchEvent(new PipelineStatusChangeEvent(change, results));
    } catch (thrown) {
      refused = change.refs.map((ref) => [ref.conversationId, PipelineError.from(thrown)]);
    }
    const byCode = new Map<string, { error: PipelineError; ids: Id[] }>();
    for (const [conversationId, error] of refused) {
      const ids = byCode.get(error.code)?.ids ?? [];
      ids.push(conversationId);
      byCode.set(error.code, { error, ids });
      if (error.code === 'session-changed') continue;
      failed.push({ conversationId, to: change.to, error, version: store.entry(conversationId)?.version ?? 0 });
    }
    // Once for each reason, not for each of a hundred conversations.
    for (const { error, ids } of byCode.values()) {
      const isLoss = error.code === 'session-changed' && stores.isOfSameAdapter(store);
      if (isLoss) this.#tellLoss(ids);
      if (isLoss || stores.isCurrent(store)) element.dispatchEvent(new PipelineErrorEvent(error, 'set-status', ids));
    }
  }

  /** Said in any case, and shown where it belongs: the picker may be for other conversations by now. */
  #tellLoss(ids: readonly Id[]): void {
    const { element, conversations, text, update } = this.#host;
    const shown = new Set(conversations().map(({ conversationId }) => conversationId));
    const isShown = ids.every((id) => shown.has(id));
    if (isShown) this.#loss = { n: ids.length + (this.#loss?.n ?? 0), of: shown.size };
    announce(isShown ? this.message : text('errorSessionChanged'), element);
    update();
  }
}
