import { PipelineError, invalid } from '../../src/model/errors.js';
import { HttpError } from './problem.js';
import type { VersionCheck } from './statuses.js';

/** An entity tag of ours: the version, in quotes. */
export const etagOf = (version: number): string => `"${version}"`;

const ETAG = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/;
const KEY = /^[\x21-\x7e]{1,255}$/;

function tagsOf(header: string, name: string): { tag: string; isWeak: boolean }[] {
  return header.split(',').map((part) => {
    const match = ETAG.exec(part.trim());
    if (!match) throw new HttpError(400, invalid(name, 'must be a quoted tag such as "12".'));
    return { tag: match[2]!, isWeak: match[1] !== undefined };
  });
}

/** `If-Match` (RFC 9110, 13.1.1); `undefined` when there is none. A weak tag never matches. */
export function ifMatch(header: string | undefined): VersionCheck | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return (version) => version > 0;
  const tags = tagsOf(header, 'If-Match');
  return (version) => tags.some(({ tag, isWeak }) => !isWeak && tag === String(version));
}

/** `If-Match`, which has to be there: 428 otherwise (RFC 6585). */
export function requiredIfMatch(header: string | undefined): VersionCheck {
  const check = ifMatch(header);
  if (check) return check;
  throw new HttpError(428, invalid('If-Match', 'is required: the version that you have seen, in quotes.'));
}

/** `If-None-Match` (RFC 9110, 13.1.2). What cannot be read matches nothing. */
export function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((part) => part.trim().replace(/^W\//, '') === etag);
}

/** The key of a write, quoted or not; `undefined` when it has none, and may then happen twice. */
export function idempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = /^"(.*)"$/.exec(header.trim())?.[1] ?? header.trim();
  if (KEY.test(key)) return key;
  throw new HttpError(400, invalid('Idempotency-Key', 'must be 1 to 255 visible ASCII characters.'));
}

/**
 * Whether a browser sends this write from a page that may: of this origin, or of one that is allowed. Older browsers
 * tell by `Origin` alone; who is no browser sends neither, and has no cookies to misuse. Throws `forbidden`.
 */
export function checkOrigin({ headers, url }: Request, allowed: readonly string[]): void {
  const origin = headers.get('origin');
  if (origin !== null && allowed.includes(origin)) return;
  const site = headers.get('sec-fetch-site');
  const isOwn = site === null ? origin === null || isHostOf(origin, url) : site === 'same-origin' || site === 'none';
  if (!isOwn) throw new PipelineError('forbidden', 'Pages of another origin may not write here.');
}

/** The scheme is left out: behind a proxy that ends TLS it is another one here. */
function isHostOf(origin: string, url: string): boolean {
  try {
    return new URL(origin).host === new URL(url).host;
  } catch {
    return false;
  }
}
