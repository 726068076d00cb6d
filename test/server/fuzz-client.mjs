// Sends raw requests over keep-alive connections, and parses the responses.
import { connect } from 'node:net';

/** Only ends a test whose server never responds. */
const HANG_MS = 180_000;

/** The end and status of the first response in a text; `undefined` while it is incomplete. */
function firstAnswer(text, isHead) {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  const body = end + 4;
  if (isHead || status < 200 || status === 204 || status === 304) return { status, end: body };
  if (/^content-type: text\/event-stream/im.test(head)) return { status, end: body, isEndless: true };
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  if (length !== undefined) {
    return text.length >= body + Number(length) ? { status, end: body + Number(length) } : undefined;
  }
  if (/^transfer-encoding: chunked/im.test(head)) {
    const last = text.indexOf('0\r\n\r\n', body);
    return last < 0 ? undefined : { status, end: last + 5 };
  }
  return { status, end: body };
}

/** A connection that opens on demand, and reopens after the server closed it. */
export class Connection {
  #port;
  #socket;
  #text = '';
  #wake = () => undefined;

  constructor(port) {
    this.#port = port;
  }

  /**
   * Sends several requests in one write; resolves to the text of the responses, fewer if the server closed.
   *
   * @param requests `{ bytes, isHead }` each.
   */
  async send(requests) {
    const isNew = !this.#socket;
    if (isNew) this.#open();
    const socket = this.#socket;
    socket.write(Buffer.concat(requests.map(({ bytes }) => bytes)));
    let whole = '';
    for (const { isHead } of requests) {
      for (;;) {
        const answer = firstAnswer(this.#text, isHead);
        if (answer) {
          whole += this.#text.slice(0, answer.end);
          this.#text = this.#text.slice(answer.end);
          if (answer.isEndless) {
            this.close();
            return { text: whole, isClosed: true };
          }
          if (answer.status >= 200) break;
          continue;
        }
        if (this.#socket !== socket) return { text: whole + this.#text, isClosed: true };
        await this.#changed();
      }
    }
    return { text: whole, isClosed: false };
  }

  close() {
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#text = '';
  }

  #open() {
    this.#text = '';
    const socket = (this.#socket = connect(this.#port, '127.0.0.1'));
    const over = () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#wake();
    };
    socket.setNoDelay(true);
    socket.on('data', (data) => {
      this.#text += data.toString('latin1');
      this.#wake();
    });
    socket.on('error', over);
    socket.on('end', () => socket.end());
    socket.on('close', over);
  }

  #changed() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer; so far: ${this.#text.slice(0, 300)}`)), HANG_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
