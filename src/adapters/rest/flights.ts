import type { PipelineError } from '../../model/errors.js';
import { unlessAborted } from './aborting.js';

interface Flight {
  result: Promise<unknown>;
  controller: AbortController;
  waiting: number;
}

/** Writes under way: the same `opId` asked for again meanwhile gets the answer of the one that is on its way. */
export class Flights {
  readonly #flights = new Map<string, Flight>();

  /** `start` gets a signal that is aborted when everyone who waited has gone. */
  async join<T>(opId: string, signal: AbortSignal | undefined, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    let flight = this.#flights.get(opId);
    if (!flight) {
      const controller = new AbortController();
      const result = start(controller.signal);
      const created = (flight = { result, controller, waiting: 0 });
      this.#flights.set(opId, created);
      const forget = (): void => void (this.#flights.get(opId) === created && this.#flights.delete(opId));
      result.then(forget, forget);
    }
    flight.waiting++;
    try {
      return await unlessAborted(flight.result as Promise<T>, signal);
    } finally {
      if (--flight.waiting === 0 && signal?.aborted) {
        flight.controller.abort(signal.reason);
        // What comes next under this opId must not get the answer "aborted".
        if (this.#flights.get(opId) === flight) this.#flights.delete(opId);
      }
    }
  }

  /** Ends all that are under way: who waits is told the reason. */
  abort(reason: PipelineError): void {
    const flights = [...this.#flights.values()];
    this.#flights.clear();
    for (const { controller } of flights) controller.abort(reason);
  }

  /** When all that are under way now have ended. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#flights.values()].map((flight) => flight.result));
  }
}
