/** Keeps the subscriptions of an adapter, and moves them to another change stream when the session changes. */
import type { Change } from '../../model/changes.js';
import { newId } from '../../model/id.js';
import { type ChangeSubscriber, followChanges } from './change-stream.js';
import type { Decoder } from './decode.js';
import type { Http } from './http.js';
import type { BaseUrl } from './request.js';
import type { Environment } from './retry.js';
import type { Session } from './session.js';
import { PROTOCOL_VERSION } from './tab-lock.js';

export type ChangeHandlers = Pick<ChangeSubscriber, 'listener' | 'onState'>;

export interface SubscriptionsOptions {
  http: Http;
  base: BaseUrl;
  decoder: Decoder;
  session: Session;
  /** The host's own `fetch`, if it gave one. */
  ownFetch: typeof globalThis.fetch | undefined;
  environment: Environment;
}

/** One `subscribe` call, which can last for several sessions. */
interface RestSubscription {
  handlers: ChangeHandlers;
  /** Leaves the current stream. */
  stop(): void;
}

export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #active = new Set<RestSubscription>();
  /** Makes the name of an unshared stream unique. */
  readonly #privateName = newId();
  #isClosed = false;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /** Follows the changes after `since`. `isOutdated`: it is from an earlier session. Returns how to unsubscribe. */
  add(handlers: ChangeHandlers, since: string | undefined, isOutdated: boolean): () => void {
    if (this.#isClosed) return () => undefined;
    const subscription: RestSubscription = { handlers, stop: () => undefined };
    this.#active.add(subscription);
    if (isOutdated) queueMicrotask(() => this.#deliver(subscription, { kind: 'reset', seq: '', forget: true }));
    void this.#follow(subscription, isOutdated ? '' : since);
    return () => {
      this.#active.delete(subscription);
      subscription.stop();
    };
  }

  /** Delivers a `reset`, and follows the changes of the new session. */
  handleSessionChange(forget: boolean): void {
    for (const subscription of [...this.#active]) {
      subscription.stop();
      this.#deliver(subscription, { kind: 'reset', seq: '', ...(forget ? { forget: true } : {}) });
      // An impossible position, so that changes before the new stream is open are reported as missed.
      if (this.#active.has(subscription)) void this.#follow(subscription, '');
    }
  }

  /** Ends all subscriptions, and ignores later ones. */
  close(): void {
    this.#isClosed = true;
    const subscriptions = [...this.#active];
    this.#active.clear();
    for (const subscription of subscriptions) subscription.stop();
  }

  /** Joins the stream of the current session. */
  async #follow(subscription: RestSubscription, since: string | undefined): Promise<void> {
    const { base, ownFetch, session, environment } = this.#options;
    const { name, epoch } = session;
    const privateName = `${this.#privateName}:${epoch}`;
    const streamName =
      name === undefined ? privateName : await streamNameOf(base.href, name, ownFetch).catch(() => privateName);
    if (epoch !== session.epoch || !this.#active.has(subscription)) return;
    const subscriber = {
      ...subscription.handlers,
      since,
      server: ownFetch ? undefined : new URL(base.href).origin,
      connect: (lastEventId: string | undefined, signal: AbortSignal) => this.#connect(lastEventId, signal),
      handleUnreadable: (thrown: unknown) => this.#options.decoder.reportUnreadable(thrown),
    };
    const leave = followChanges(streamName, subscriber, environment);
    subscription.stop = () => {
      leave();
      subscription.stop = () => undefined;
    };
  }

  #connect(lastEventId: string | undefined, signal: AbortSignal): Promise<Response> {
    const { http, base } = this.#options;
    const lastEvent: Record<string, string> = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId };
    return http.open(base.resolve(['changes']), { Accept: 'text/event-stream', ...lastEvent }, signal);
  }

  /** Delivers now. An error of the listener is reported, and does not affect the other listeners. */
  #deliver(subscription: RestSubscription, change: Change): void {
    if (!this.#active.has(subscription)) return;
    try {
      subscription.handlers.listener(change);
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown;
      });
    }
  }
}

/** Names of the hosts' own `fetch` functions. */
const fetchNames = new WeakMap<object, string>();

/**
 * The name of the stream that all clients of a session share. Without a session named by the server there is nothing
 * to share, since only the server knows the user of a request. A client with its own `fetch` shares only with clients
 * with the same one, which may address another server. The name is a hash, because any script of the origin can list
 * the names of locks. Hashes are not available on plain http pages, nor are locks: there the name is the text itself, and
 * only tabs that know it receive the messages of its channel.
 */
async function streamNameOf(baseUrl: string, session: string, ownFetch: object | undefined): Promise<string> {
  const prefix = `pipeline-elements:${PROTOCOL_VERSION}:changes:`;
  const text = JSON.stringify([baseUrl, session, ownFetch ? fetchNameOf(ownFetch) : null]);
  if (!globalThis.crypto?.subtle) return prefix + text;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${prefix}${hex}`;
}

function fetchNameOf(ownFetch: object): string {
  let name = fetchNames.get(ownFetch);
  if (name === undefined) fetchNames.set(ownFetch, (name = newId()));
  return name;
}
