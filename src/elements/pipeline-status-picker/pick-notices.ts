/** What stands beside the pill about picks: that one is still being saved, that some failed, and which ids are not valid. */
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { PipelineErrorEvent } from '../../events.js';
import { Mutations } from '../../store/mutations.js';
import type { FailedPick, PickWait } from '../../store/pick-feedback.js';
import type { PipelineStore } from '../../store/pipeline.js';
import { MAX_ID_LENGTH } from '../../model/validate.js';
import type { ConversationRef } from '../../model/entry.js';
import { invalid, type PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import { errorText } from '../../ui/error-text.js';
import type { LocalizeController } from '../../ui/localize.js';
import { warnOnce } from '../../ui/warn.js';
import { clockIcon, closeIcon, offlineIcon, warningIcon } from '../../ui/templates.js';
import type { Conversations, RejectedRef } from './bulk-selection.js';

/** Above this number of conversations, a message counts the others. */
const MAX_NAMED = 3;

/** What waits are shown first, where the conversations of a picker wait for different things. */
const WAITS: readonly PickWait['reason'][] = ['saving', 'retry', 'sign-in', 'offline'];

/** What the notices need of the picker. */
export interface PickNoticesHost {
  readonly localize: LocalizeController;
  readonly stores: { readonly store: PipelineStore | undefined };
  /** The conversations that the picker shows; `undefined` if it is a plain form control. */
  conversations(): Conversations | undefined;
  /** The conversations that the page named by an invalid id. */
  rejected(): readonly RejectedRef[];
}

export class PickNotices {
  readonly #host: PickNoticesHost;
  /**
   * How many conversations, of those shown, were not changed because someone else signed in. Reported without the names
   * that only the previous user may see.
   */
  #sessionLoss: { n: number; of: number } | undefined;

  /** The invalid ids that were reported last. */
  #reported = '';

  constructor(host: PickNoticesHost) {
    this.#host = host;
  }

  /** Why picks of the conversations shown failed, in the current language; '' if none did. */
  get message(): string {
    const { localize, stores, conversations } = this.#host;
    const { text } = localize;
    if (this.#sessionLoss) {
      const { n, of } = this.#sessionLoss;
      return n < of ? `${text('someNotChanged', { n })} ${text('errorSessionChanged')}` : text('errorSessionChanged');
    }
    return stores.store ? this.messageFor(stores.store, conversations() ?? [], this.failures) : '';
  }

  /** The failed picks of the conversations shown. */
  get failures(): readonly FailedPick[] {
    const { stores, conversations } = this.#host;
    return (conversations() ?? []).flatMap(
      ({ conversationId }) => stores.store?.feedback(conversationId)?.failure ?? [],
    );
  }

  /** Why picks failed: all of these conversations, or some of them. */
  messageFor(store: PipelineStore, refs: Conversations, failures: readonly FailedPick[]): string {
    const { text } = this.#host.localize;
    if (!failures.length) return '';
    const countByReason = new Map<string, number>();
    for (const { error } of failures) {
      const reason = errorText(text, error, store);
      countByReason.set(reason, (countByReason.get(reason) ?? 0) + 1);
    }
    if (failures.length < refs.length) {
      return [...countByReason].map(([reason, n]) => `${text('someNotChanged', { n })} ${reason}`).join(' ');
    }
    // Only what is confirmed: a status that is being saved is not one that they still have.
    const statusIds = new Set(refs.map(({ conversationId }) => store.confirmedEntry(conversationId)?.statusId));
    const [statusId] = statusIds;
    if (statusIds.has(undefined)) return [text('notChanged'), ...countByReason.keys()].join(' ');
    const name = statusIds.size > 1 ? text('mixed') : (store.status(statusId!)?.name ?? text('noStatus'));
    return [text('statusNotChanged', { name }), ...countByReason.keys()].join(' ');
  }

  /** The same for a picker that shows other conversations by now: says which ones it is about. */
  messageElsewhere(store: PipelineStore, failures: readonly FailedPick[], label: string): string {
    const { text } = this.#host.localize;
    const refs = failures.map(({ conversationId }) => ({ conversationId }));
    const ids = refs.slice(0, MAX_NAMED).map(({ conversationId }) => shorten(conversationId));
    const rest = refs.length - ids.length;
    const named = [...ids, ...(rest ? [`+${rest}`] : [])].join(', ');
    const conversation = label && refs.length === 1 ? `${named} (${label})` : named;
    return text('aboutConversation', { conversation, message: this.messageFor(store, refs, failures) });
  }

  /** What the slow picks of the conversations shown wait for; `undefined` if there are none. */
  get wait(): PickWait | undefined {
    const { stores, conversations } = this.#host;
    let shown: PickWait | undefined;
    for (const { conversationId } of conversations() ?? []) {
      const wait = stores.store?.feedback(conversationId)?.wait;
      if (wait && (!shown || WAITS.indexOf(wait.reason) > WAITS.indexOf(shown.reason))) shown = wait;
    }
    return shown;
  }

  waitText(wait: PickWait): string {
    const { text, tag } = this.#host.localize;
    switch (wait.reason) {
      case 'saving':
        return text('saving');
      case 'offline':
        return text('waitingForConnection');
      case 'sign-in':
        return text('waitingForSignIn');
      case 'retry':
        return text('retryingAt', { time: new Intl.DateTimeFormat(tag, { timeStyle: 'short' }).format(wait.at) });
    }
  }

  /** Which ids are not valid, and why; '' if all are. */
  get rejectedText(): string {
    const { localize, conversations, rejected } = this.#host;
    const { text } = localize;
    const all = rejected();
    if (!all.length) return '';
    const sentences = all.slice(0, MAX_NAMED).map((each) => this.#explain(each));
    const rest = all.length - sentences.length;
    if (rest) sentences.push(text('moreInvalidIds', { n: rest }));
    return conversations()?.length || !all.length ? sentences.join(' ') : [text('noValidId'), ...sentences].join(' ');
  }

  /** The ids of the notices, which describe the pill. */
  get description(): string {
    const { message, wait } = this;
    return [message && 'error', this.#host.rejected().length && 'rejected', wait && 'waiting']
      .filter(Boolean)
      .join(' ');
  }

  /** Shows a loss if the picker still shows these conversations. Returns whether it does. */
  addSessionLoss(ids: readonly Id[]): boolean {
    const shown = new Set(this.#host.conversations()?.map(({ conversationId }) => conversationId));
    const isShown = ids.every((id) => shown.has(id));
    if (isShown) this.#sessionLoss = { n: ids.length + (this.#sessionLoss?.n ?? 0), of: shown.size };
    return isShown;
  }

  get hasSessionLoss(): boolean {
    return this.#sessionLoss !== undefined;
  }

  /** Removes the message, on every picker of these conversations. Returns whether there was one. */
  dismiss(): boolean {
    const { stores, conversations } = this.#host;
    const { store } = stores;
    const ids = (conversations() ?? []).map(({ conversationId }) => conversationId);
    const hadFailures = this.failures.length > 0 && store !== undefined && Mutations.of(store).dismissFailures(ids);
    const hadLoss = this.hasSessionLoss;
    this.clearSessionLoss();
    return hadFailures || hadLoss;
  }

  clearSessionLoss(): void {
    this.#sessionLoss = undefined;
  }

  /** Renders the notices. `onRetry` picks again what failed. */
  render({ onDismiss, onRetry }: { onDismiss(): void; onRetry(): void }): TemplateResult | typeof nothing {
    const { text } = this.#host.localize;
    const { message, wait, rejectedText } = this;
    if (!message && !wait && !rejectedText) return nothing;
    const canRetry = !this.hasSessionLoss && this.failures.some(({ error }) => error.retryable);
    return html`${wait ? this.#renderWait(wait) : nothing}${
      message
        ? html`<div class="notice">
            ${warningIcon}
            <span class="notice-text">
              <span class="message error" id="error" part="error">${message}</span>
              ${
                canRetry
                  ? html`<button class="link-button" type="button" @click=${onRetry}>${text('retry')}</button>`
                  : nothing
              }
            </span>
            <button class="icon-button dismiss" type="button" aria-label=${text('dismiss')} @click=${onDismiss}>
              ${closeIcon}
            </button>
          </div>`
        : nothing
    }${
      rejectedText
        ? html`<div class="notice">
            ${warningIcon}
            <span class="notice-text"
              ><span class="message error" id="rejected" part="error">${rejectedText}</span></span
            >
          </div>`
        : nothing
    }`;
  }

  #renderWait(wait: PickWait): TemplateResult {
    const icon = wait.reason === 'saving' ? html`<span class="spinner"></span>` : clockIcon;
    return html`<span class="waiting" id="waiting" part="message">
      ${wait.reason === 'offline' ? offlineIcon : icon}<bdi>${this.waitText(wait)}</bdi>
    </span>`;
  }

  #explain(rejected: RejectedRef): string {
    const { text } = this.#host.localize;
    const { field, value } = fieldOf(rejected);
    if (field === 'conversation') return text('invalidConversation');
    const key = field === 'contactId' ? 'invalidContactId' : field === 'activityAt' ? 'invalidActivityAt' : 'invalidId';
    return text(key, { id: shownValue(value), reason: this.#reason(field, value) });
  }

  #reason(field: string, value: unknown): string {
    const { text } = this.#host.localize;
    if (field === 'activityAt') return text('invalidTime');
    if (typeof value !== 'string') return text('invalidIdType');
    if (value === '') return text('invalidIdEmpty');
    if (value.length > MAX_ID_LENGTH) return text('invalidIdLength', { n: MAX_ID_LENGTH });
    return text('invalidIdCharacters');
  }

  /** Reports invalid ids: each once in the console, and all of them in one event when they are new to this picker. */
  reportRejected(element: Element): void {
    const rejected = this.#host.rejected();
    const key = rejected.map((each) => errorWithValue(each).message).join('\n');
    if (key === this.#reported) return;
    this.#reported = key;
    for (const each of rejected) warnOnce(`<pipeline-status-picker>: ${errorWithValue(each).message}`);
    const [first] = rejected;
    if (!first) return;
    const ids = rejected.map(({ ref }) => String((ref as Partial<ConversationRef> | null)?.conversationId));
    element.dispatchEvent(new PipelineErrorEvent(errorWithValue(first), 'load', ids));
  }
}

/** What is invalid, and its value. */
function fieldOf({ ref, error }: RejectedRef): { field: string; value: unknown } {
  const { field = '' } = error;
  return { field, value: (Object(ref) as Record<string, unknown>)[field] };
}

/** The error with the value in its message, where the check has not named it. */
function errorWithValue(rejected: RejectedRef): PipelineError {
  const { field, value } = fieldOf(rejected);
  const { error } = rejected;
  if (field === 'conversation' || error.message.includes('; found ')) return error;
  const shown = typeof value === 'string' ? `"${shownValue(value)}"` : String(value);
  return invalid(field, `${error.message.replace(`${field}: `, '')} It is ${shown}.`);
}

/** At most this much of an id is shown, in UTF-16 code units. */
const MAX_SHOWN = 64;

/** The start and the end of a long id. */
const shorten = (id: string): string =>
  id.length > MAX_SHOWN ? `${id.slice(0, MAX_SHOWN - 20)}…${id.slice(-12)}` : id;

/** A value that is not an id, as it is shown: control characters are visible. */
function shownValue(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(shorten(value)).slice(1, -1);
}
