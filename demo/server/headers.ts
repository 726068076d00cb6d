/** Parses and checks request headers: entity tags, idempotency keys and origins. */
import { PipelineError, invalid } from '../../src/model/errors.js';
import { HttpError } from './problem.js';
import type { VersionCheck } from './statuses.js';

/** The entity tag of a version. */
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

/** Parses `If-Match` (RFC 9110, 13.1.1); `undefined` without the header. A weak tag never matches. */
export function ifMatch(header: string | undefined): VersionCheck | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return (version) => version > 0;
  const tags = tagsOf(header, 'If-Match');
  return (version) => tags.some(({ tag, isWeak }) => !isWeak && tag === String(version));
}

/** Parses a required `If-Match`. Throws a 428 without the header (RFC 6585). */
export function requiredIfMatch(header: string | undefined): VersionCheck {
  const check = ifMatch(header);
  if (check) return check;
  throw new HttpError(428, invalid('If-Match', 'is required: the version that you have seen, in quotes.'));
}

/** Evaluates `If-None-Match` (RFC 9110, 13.1.2). Malformed tags match nothing. */
export function matchesIfNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((part) => part.trim().replace(/^W\//, '') === etag);
}

/** The key of a write, with or without quotes; `undefined` without the header, and the write is then not idempotent. */
export function idempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = /^"(.*)"$/.exec(header.trim())?.[1] ?? header.trim();
  if (KEY.test(key)) return key;
  throw new HttpError(400, invalid('Idempotency-Key', 'must be 1 to 255 visible ASCII characters.'));
}

/**
 * Prevents cross-site request forgery: a write from a browser must come from this origin or an allowed one. Older
 * browsers only send `Origin`; other clients send neither header, and have no cookies to abuse. Throws `forbidden`.
 */
export function checkOrigin({ headers, url }: Request, allowed: readonly string[]): void {
  const origin = headers.get('origin');
  if (origin !== null && allowed.includes(origin)) return;
  const site = headers.get('sec-fetch-site');
  const isOwn = site === null ? origin === null || isHostOf(origin, url) : site === 'same-origin' || site === 'none';
  if (!isOwn) throw new PipelineError('forbidden', 'Pages of another origin may not write here.');
}

/** Ignores the scheme, which differs behind a proxy that terminates TLS. */
function isHostOf(origin: string, url: string): boolean {
  try {
    return new URL(origin).host === new URL(url).host;
  } catch {
    return false;
  }
}
