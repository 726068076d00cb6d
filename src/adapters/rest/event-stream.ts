/** Characters of one event that are kept. */
const MAX_EVENT = 64_000;

export interface StreamEvent {
  /** `''` when the event has none. */
  type: string;
  data: string;
  /** Of the newest event so far that has one. */
  id: string;
  /** It was too big: its data is missing. */
  isCut: boolean;
}

/**
 * Reads `text/event-stream` (WHATWG HTML 9.2.6) piece by piece, however it is cut. Unlike `EventSource`, an event
 * without data counts when it has a type or another id. A parser of our own: npm's need Node 22 or do not bound the size of an event.
 */
export class EventStreamParser {
  readonly #onEvent: (event: StreamEvent) => void;
  readonly #onRetry: (ms: number) => void;
  readonly #decoder = new TextDecoder();
  #rest = '';
  #endedWithCr = false;
  #isCut = false;
  /** The rest of a line whose beginning was thrown away. */
  #isMidLine = false;
  #type = '';
  #data: string[] = [];
  #size = 0;
  #id = '';
  #toldId = '';

  constructor(onEvent: (event: StreamEvent) => void, onRetry: (ms: number) => void) {
    this.#onEvent = onEvent;
    this.#onRetry = onRetry;
  }

  push(bytes: Uint8Array): void {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (!text) return;
    if (this.#endedWithCr && text.startsWith('\n')) text = text.slice(1);
    this.#endedWithCr = text.endsWith('\r');
    const lines = (this.#rest + text).split(/\r\n|\r|\n/);
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (this.#isMidLine) this.#isMidLine = false;
      else this.#line(line);
    }
    if (this.#rest.length <= MAX_EVENT) return;
    this.#rest = '';
    this.#isMidLine = true;
    this.#cut();
  }

  #line(line: string): void {
    if (!line) return this.#dispatch();
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'event') this.#type = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.#onRetry(Number(value));
    else if (name === 'data') {
      this.#size += value.length + 1;
      if (this.#size > MAX_EVENT) this.#cut();
      else this.#data.push(value);
    }
  }

  #cut(): void {
    this.#isCut = true;
    this.#data = [];
  }

  #dispatch(): void {
    const event = { type: this.#type, data: this.#data.join('\n'), id: this.#id, isCut: this.#isCut };
    const isEvent = this.#type || this.#data.length || this.#isCut || this.#id !== this.#toldId;
    this.#toldId = this.#id;
    this.#type = '';
    this.#data = [];
    this.#size = 0;
    this.#isCut = false;
    if (isEvent) this.#onEvent(event);
  }
}
