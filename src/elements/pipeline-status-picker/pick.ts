import { PipelineBeforeStatusChangeEvent, PipelineErrorEvent, PipelineStatusChangeEvent } from '../../events.js';
import { announce } from '../../internal/live-region.js';
import type { Values } from '../../internal/localize.js';
import type { MessageKey } from '../../locales/en.js';
import type { ConversationRef, SetResult } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/store.js';
import { Writes } from '../../store/writes.js';

export interface PickHost {
  element: HTMLElement;
  text(key: MessageKey, values?: Values): string;
  errorText(error: PipelineError): string;
  /** Something to show changed. */
  update(): void;
  /** The user picked: tell a form. */
  fireNative(): void;
}

type Refused = SetResult & { ok: false };

/** Writes picks, says how each went, and can take the last one back. */
export class Picks {
  readonly #host: PickHost;
  /** What each conversation had before the last pick, and what it was given. */
  #last: { to: Id | null; before: Map<Id, { ref: ConversationRef; statusId: Id | null }> } | undefined;
  #message = '';

  constructor(host: PickHost) {
    this.#host = host;
  }

  /** Why the last pick failed; '' when it did not. */
  get message(): string {
    return this.#message;
  }

  get canUndo(): boolean {
    return this.#last !== undefined;
  }

  /** The message has been read: the user goes on. */
  clearMessage(): void {
    this.#message = '';
  }

  /** Withdraws the offer to take the last pick back. */
  forget(): void {
    if (!this.#last) return;
    this.#last = undefined;
    this.#host.update();
  }

  /** Withdraws the offer when someone else has changed the status since: taking back would overwrite them. */
  check(store: PipelineStore): void {
    const last = this.#last;
    if (last && [...last.before.keys()].some((id) => store.entry(id)?.statusId !== last.to)) this.#last = undefined;
  }

  async pick(
    store: PipelineStore,
    refs: readonly ConversationRef[],
    from: Id | null | undefined,
    to: Id | null,
  ): Promise<void> {
    const before = new Map<Id, { ref: ConversationRef; statusId: Id | null }>();
    for (const ref of refs) {
      const entry = store.entry(ref.conversationId);
      if (entry && entry.statusId !== to) before.set(ref.conversationId, { ref, statusId: entry.statusId });
    }
    if ((await this.#write(store, refs, from, to)) && before.size) this.#last = { to, before };
    this.#host.update();
  }

  /** Gives each conversation back what it had. */
  async undo(store: PipelineStore): Promise<void> {
    const last = this.#last;
    if (!last) return;
    this.#last = undefined;
    this.#host.update();
    const groups = new Map<Id | null, ConversationRef[]>();
    for (const { ref, statusId } of last.before.values()) {
      groups.set(statusId, [...(groups.get(statusId) ?? []), ref]);
    }
    await Promise.all([...groups].map(([to, refs]) => this.#write(store, refs, last.to, to)));
    this.#host.update();
  }

  /** Resolves to whether all of it was done. */
  async #write(
    store: PipelineStore,
    refs: readonly ConversationRef[],
    from: Id | null | undefined,
    to: Id | null,
  ): Promise<boolean> {
    const { element, text, fireNative } = this.#host;
    const change = { conversationIds: refs.map((ref) => ref.conversationId), from, to };
    if (!element.dispatchEvent(new PipelineBeforeStatusChangeEvent(change))) return false;
    this.#last = undefined;
    this.#message = '';
    const writing = Writes.of(store).setStatus(refs, to);
    fireNative();
    try {
      const results = await writing;
      const refused = results.filter((result): result is Refused => !result.ok);
      // Taken over by a later pick: that one has the word.
      if (refused.length === results.length && refused.every(({ error }) => error.code === 'aborted')) return false;
      const failed = refused.filter(({ error }) => error.code !== 'aborted');
      if (failed.length < results.length) element.dispatchEvent(new PipelineStatusChangeEvent(change, results));
      const [first] = failed;
      if (first) {
        this.#fail(store, first.error, from, failed.length < results.length ? failed.length : 0);
        return false;
      }
      const name = store.status(to)?.name;
      announce(name ? text('statusChanged', { name }) : text('statusCleared'), element);
      return true;
    } catch (thrown) {
      this.#fail(store, PipelineError.from(thrown), from, 0);
      return false;
    }
  }

  /** `some`: how many of several failed, when not all did. */
  #fail(store: PipelineStore, error: PipelineError, from: Id | null | undefined, some: number): void {
    const { element, text, errorText } = this.#host;
    const name = from === undefined ? text('mixed') : (store.status(from)?.name ?? text('noStatus'));
    const what = some ? text('someNotChanged', { n: some }) : text('statusNotChanged', { name });
    this.#message = `${what} ${errorText(error)}`;
    announce(this.#message, element);
    element.dispatchEvent(new PipelineErrorEvent(error, 'set-status'));
  }
}
