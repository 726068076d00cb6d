import { html, nothing, type TemplateResult } from 'lit';
import {
  PipelineBeforeStatusChangeEvent,
  PipelineErrorEvent,
  PipelineStatusChangeEvent,
  type StatusChange,
} from '../../events.js';
import { announce } from '../../internal/live-region.js';
import type { Values } from '../../internal/localize.js';
import type { MessageKey } from '../../locales/en.js';
import type { ConversationRef } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/store.js';
import { Writes } from '../../store/writes.js';
import { viewOf, type Conversations } from './conversations.js';

export interface PickHost {
  element: HTMLElement;
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

/** Writes picks, says how each went, and can take the last one back. */
export class Picks {
  readonly #host: PickHost;
  /** What each conversation had before the last pick, and what it was given. */
  #last: { store: PipelineStore; to: Id | null; before: Map<ConversationRef, Id | null> } | undefined;
  #failure: { store: PipelineStore; refs: Conversations; errors: PipelineError[] } | undefined;
  /** Which writes are the latest: what became of earlier ones is no longer shown. */
  #turn = 0;

  constructor(host: PickHost) {
    this.#host = host;
  }

  /** Why the last pick failed, in the words of now; '' when it did not. */
  get message(): string {
    if (!this.#failure) return '';
    const { text, errorText } = this.#host;
    const { store, refs, errors } = this.#failure;
    const reasons = new Map<string, number>();
    for (const error of errors) reasons.set(errorText(error), (reasons.get(errorText(error)) ?? 0) + 1);
    if (errors.length < refs.length) {
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
    this.#failure = undefined;
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
    this.#last = this.#failure = undefined;
  }

  /** Withdraws the offer when someone else has changed the status since: taking back would overwrite them. */
  check(store: PipelineStore): void {
    // Where the data comes from another place now, nothing said before holds.
    if (this.#failure?.store !== store) this.#failure = undefined;
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
    const { element, text, fireNative } = this.#host;
    const done = new Set<Id>();
    const errors: PipelineError[] = [];
    const allowed = writes.filter((each) => element.dispatchEvent(new PipelineBeforeStatusChangeEvent(each)));
    if (!allowed.length) return done;
    this.reset();
    const turn = this.#turn;
    const sent = allowed.map((each) => this.#send(store, each, done, errors));
    fireNative();
    await Promise.all(sent);
    if (turn !== this.#turn) return new Set();
    if (errors.length) {
      this.#failure = { store, refs: allowed.flatMap(({ refs }) => refs), errors };
      announce(this.message, element);
    } else if (done.size) {
      const to = allowed.length > 1 ? undefined : allowed[0]!.to;
      announce(to === null ? text('statusCleared') : text('statusChanged', { name: this.#nameOf(store, to) }), element);
    }
    return done;
  }

  /** One write and its events; adds what came of it to `done` and `errors`. */
  async #send(store: PipelineStore, change: Write, done: Set<Id>, errors: PipelineError[]): Promise<void> {
    const { element } = this.#host;
    let refused: PipelineError[];
    try {
      const results = await Writes.of(store).setStatus(change.refs, change.to);
      const changed = results.filter(({ ok }) => ok);
      for (const { conversationId } of changed) done.add(conversationId);
      // Aborted: taken over by a later pick, which has the word.
      refused = results.flatMap((each) => (each.ok || each.error.code === 'aborted' ? [] : [each.error]));
      if (changed.length) element.dispatchEvent(new PipelineStatusChangeEvent(change, results));
    } catch (thrown) {
      refused = change.refs.map(() => PipelineError.from(thrown));
    }
    errors.push(...refused);
    // Once for each reason, not for each of a hundred conversations.
    for (const error of new Map(refused.map((each) => [each.code, each])).values()) {
      element.dispatchEvent(new PipelineErrorEvent(error, 'set-status'));
    }
  }
}
