/** Ids, and how new ones are made. */

/** Opaque key of a status, a conversation or a contact: 1–256 characters, see `parseId`. */
export type Id = string;

/** A random UUID, also outside a secure context, where `crypto.randomUUID` is missing. */
export function newId(): Id {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** An id as text, also one that is rejected, so that a result or an error can say which one it was. */
export const idText = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? `${value}` : '';
