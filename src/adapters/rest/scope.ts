/** Names the change stream that tabs share: one for each API and session. */
import { newId } from '../../model/id.js';

const fetchNames = new WeakMap<object, string>();

/**
 * A name for the change stream of a session: those who agree on it share the stream. Only the server knows whose
 * requests they are, so there is nothing to share without the name that it gives the session. A `fetch` of the host may
 * lead elsewhere, so it shares with itself only. The result is a hash, since any script of the origin can list the names
 * of locks; where no hash can be made, the text itself, which then stays in this page.
 *
 * @param session as the server names it.
 */
export async function scopeOf(baseUrl: string, session: string, ownFetch: object | undefined): Promise<string> {
  const text = JSON.stringify([baseUrl, session, ownFetch ? nameOf(ownFetch) : null]);
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
