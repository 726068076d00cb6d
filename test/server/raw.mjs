// Sends raw bytes to a server and reads the response.
import { connect } from 'node:net';

/** Only ends a test whose server never responds. */
const HANG_MS = 180_000;

/**
 * Sends the bytes, and resolves to everything the server sent until it closed: `''` if it closed without a response.
 *
 * @param isHalfClosed ends the sending side too, like a client that disconnects: Node then drops requests that it has
 * not
 *   answered yet, so a complete request needs `Connection: close` instead.
 * @param enough called with the received text; `true` stops reading.
 */
export function sendRaw(port, bytes, { enough = () => false, isHalfClosed = false } = {}) {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1');
    const timer = setTimeout(() => socket.destroy(new Error(`incomplete response: ${text.slice(0, 200)}`)), HANG_MS);
    socket.on('connect', () => (isHalfClosed ? socket.end(bytes) : socket.write(bytes)));
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (enough(text)) socket.destroy();
    });
    socket.on('error', (error) => {
      // A server that closes with unread input resets the connection; its earlier responses count.
      if (!['ECONNRESET', 'EPIPE'].includes(error.code)) reject(error);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
  });
}

/** The statuses of all responses in a text, in order, without interim ones. */
export const statusesOf = (text) =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)).filter((status) => status >= 200);

/** Part of a stack trace, however its lines are encoded. */
export const STACK = /\bat [^\n]{0,200}(?:\.m?[jt]s:\d+|node:internal)|\bnode:internal\//;
