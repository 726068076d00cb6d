/** One `subscribe()` call, which outlives the streams of one session after another. */
import type { Change } from '../../model/changes.js';
import type { Subscriber } from './live.js';

export class Subscription {
  readonly #subscriber: Omit<Subscriber, 'since'>;
  #stop = (): void => undefined;
  #isEnded = false;

  constructor(subscriber: Omit<Subscriber, 'since'>) {
    this.#subscriber = subscriber;
  }

  start(follow: (subscriber: Omit<Subscriber, 'since'>) => () => void): void {
    if (!this.#isEnded) this.#stop = follow(this.#subscriber);
  }

  stop(): void {
    this.#stop();
    this.#stop = () => undefined;
  }

  end(): void {
    this.#isEnded = true;
    this.stop();
  }

  /** Now. What the listener throws is reported, and hurts nobody else. */
  deliver(change: Change): void {
    if (this.#isEnded) return;
    try {
      this.#subscriber.listener(change);
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown;
      });
    }
  }
}
