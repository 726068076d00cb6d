/**
 * Parses server-sent events. The maintained parser, eventsource-parser, drops events that contain only an id, which are how
 * the server reports a position without a change, and does not limit the length of a line.
 */

/** Characters of one event that are kept. */
const MAX_EVENT = 64_000;

export interface StreamEvent {
  /** `''` if the event has none. */
  type: string;
  data: string;
  /** The last id received so far. */
  id: string;
  /** It was too big, and its data is missing. */
  isTruncated: boolean;
}

/**
 * Parses `text/event-stream` (WHATWG HTML 9.2.6) in chunks. Unlike `EventSource`, it also reports events without
 * data, if they have a type or a new id.
 */
export class EventStreamParser {
  readonly #onEvent: (event: StreamEvent) => void;
  readonly #onRetry: (ms: number) => void;
  readonly #decoder = new TextDecoder();
  /** The line that is not complete yet. */
  #rest = '';
  #endedWithCr = false;
  /** The beginning of the current line was too long, and was dropped. */
  #isSkippingLine = false;
  #isTruncated = false;
  #type = '';
  #data: string[] = [];
  #size = 0;
  #id = '';
  #reportedId = '';

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
      if (this.#isSkippingLine) this.#isSkippingLine = false;
      else this.#parseLine(line);
    }
    if (this.#rest.length <= MAX_EVENT) return;
    this.#rest = '';
    this.#isSkippingLine = true;
    this.#truncate();
  }

  #parseLine(line: string): void {
    if (!line) return this.#dispatch();
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'event') this.#type = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.#onRetry(Number(value));
    else if (name === 'data') {
      this.#size += value.length + 1;
      if (this.#size > MAX_EVENT) this.#truncate();
      else this.#data.push(value);
    }
  }

  #truncate(): void {
    this.#isTruncated = true;
    this.#data = [];
  }

  #dispatch(): void {
    const event = { type: this.#type, data: this.#data.join('\n'), id: this.#id, isTruncated: this.#isTruncated };
    const isEvent = this.#type || this.#data.length || this.#isTruncated || this.#id !== this.#reportedId;
    this.#reportedId = this.#id;
    this.#type = '';
    this.#data = [];
    this.#size = 0;
    this.#isTruncated = false;
    if (isEvent) this.#onEvent(event);
  }
}
