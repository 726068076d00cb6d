/** Limits how many tabs keep a stream open at a time: with HTTP/1.1, browsers allow six connections to a server. */
import type { Environment } from './retry.js';
import { ChannelLock, PROTOCOL_VERSION } from './tab-lock.js';

/** Streams that all tabs of an origin keep open to a server. The other connections are for pages and requests. */
const MAX_STREAMS = 3;

/** One of the connections that may stay open, or none of them. Tabs without one ask the server from time to time. */
export class ConnectionSlot {
  readonly #server: string;
  readonly #environment: Environment;
  readonly #onLost: () => void;
  #release: (() => void) | undefined;
  #isClosed = false;

  /**
   * `server`: its origin. `onLost` is called when another tab has taken the place of a connection, which must then be
   * closed.
   */
  constructor(server: string, environment: Environment, onLost: () => void) {
    this.#server = server;
    this.#environment = environment;
    this.#onLost = onLost;
  }

  /** Resolves to whether a connection may stay open. If not, ask again before the next one. */
  async hold(): Promise<boolean> {
    if (this.#release || hasManyConnections(this.#server)) return true;
    for (let n = 0; n < MAX_STREAMS && !this.#isClosed; n++) {
      const name = `pipeline-elements:${PROTOCOL_VERSION}:streams:${this.#server}:${n}`;
      const release = await (globalThis.navigator?.locks ? holdWebLock(name) : this.#holdChannelLock(name));
      if (!release) continue;
      if (this.#isClosed) release();
      else this.#release = release;
      return true;
    }
    return false;
  }

  close(): void {
    this.#isClosed = true;
    this.#release?.();
  }

  #holdChannelLock(name: string): Promise<(() => void) | undefined> {
    return new Promise((resolve) => {
      const deny = (): void => {
        lock.close();
        resolve(undefined);
      };
      const lock = new ChannelLock(name, this.#environment, {
        handleGranted: () => resolve(() => lock.close()),
        handleDenied: deny,
        handleLost: () => {
          lock.close();
          this.#release = undefined;
          this.#onLost();
        },
      });
      lock.request();
    });
  }
}

/** Resolves to how to release the lock; `undefined` if it is not free. */
function holdWebLock(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(undefined);
        return new Promise<void>((release) => resolve(release));
      })
      // Locks are not available, in a sandboxed frame, for example.
      .catch(() => resolve(() => undefined));
  });
}

/** Whether earlier responses of a server came over HTTP/2 or 3, which send everything over one connection. */
function hasManyConnections(server: string): boolean {
  const entries = globalThis.performance?.getEntriesByType('resource') ?? [];
  return entries.some(
    (entry) => entry.name.startsWith(server) && /^h[23]/.test((entry as PerformanceResourceTiming).nextHopProtocol),
  );
}
