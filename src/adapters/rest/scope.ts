import { newId } from '../../model/id.js';

/** Headers that tell nothing about whose request it is, and differ from one to the next. */
const NOISE = /^(x-request-id|x-correlation-id|traceparent|tracestate|date)$/;

const fetchNames = new WeakMap<object, string>();

/**
 * A name for whose data a change stream carries: those who agree on it share the stream. It is made of the base URL and
 * of everything that tells the server who asks, as far as it can be seen from here: another token is another name. A
 * `fetch` of the host's own may add anything, so it shares with itself only. A hash, since any script of the origin can
 * list the names of locks; without the means to make one, the name itself, which then stays in this page.
 */
export async function scopeOf(
  baseUrl: string,
  credentials: RequestCredentials,
  headers: Headers,
  ownFetch: object | undefined,
): Promise<string> {
  const told = [...headers].filter(([name]) => !NOISE.test(name));
  const text = JSON.stringify([baseUrl, credentials, told, ownFetch ? nameOf(ownFetch) : null]);
  if (!globalThis.crypto?.subtle) return text;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `pipeline-elements:changes:${hex}`;
}

function nameOf(ownFetch: object): string {
  let name = fetchNames.get(ownFetch);
  if (name === undefined) fetchNames.set(ownFetch, (name = newId()));
  return name;
}
