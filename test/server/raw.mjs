// Sends bytes to a server as they are, and reads what comes back.
import { connect } from 'node:net';

/** Only to end a test whose server never answers. */
const HANG_MS = 60_000;

/**
 * Sends the bytes, and resolves to all that the server sent until it closed: `''` when it closed without an answer.
 *
 * @param isHalfClosed ends the sending side too, as a client that goes away in the middle: Node then drops what it has
 *   not answered yet, so a whole request says `Connection: close` instead.
 * @param enough called with what was received so far; `true` ends it.
 */
export function sendRaw(port, bytes, { enough = () => false, isHalfClosed = false } = {}) {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1');
    const timer = setTimeout(() => socket.destroy(new Error(`no end of the answer: ${text.slice(0, 200)}`)), HANG_MS);
    socket.on('connect', () => (isHalfClosed ? socket.end(bytes) : socket.write(bytes)));
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (enough(text)) socket.destroy();
    });
    socket.on('error', (error) => {
      // A server that closes with input unread resets the connection; what it answered before counts.
      if (!['ECONNRESET', 'EPIPE'].includes(error.code)) reject(error);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
  });
}

/** The statuses of all answers in a text, in order; interim ones left out. */
export const statusesOf = (text) =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)).filter((status) => status >= 200);

/** A piece of a stack trace, in whatever encoding of lines. */
export const STACK = /\bat [^\n]{0,200}(?:\.m?[jt]s:\d+|node:internal)|\bnode:internal\//;
