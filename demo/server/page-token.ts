import { PipelineError, invalid } from '../../src/model/errors.js';
import type { Id } from '../../src/model/id.js';
import { parseId } from '../../src/model/validate.js';
import { hash } from './hash.js';

/** Where a page ended. */
export interface Place {
  id: Id;
  recency: number;
}

/** Tokens of another version are expired: a newer server may walk in another order. */
const VERSION = 2;

/** An id of 256 characters, each escaped in JSON, in base64url. */
const MAX_TOKEN = 5000;

/** What a token belongs to. */
export interface TokenScope {
  tenant: string;
  /** The same for the same list. */
  query: string;
}

/** Opaque to clients. It opens nothing: who may read is decided by the request that brings it. */
export function writeToken({ recency, id }: Place, scope: TokenScope): string {
  return Buffer.from(JSON.stringify([VERSION, Date.now(), digest(scope), recency, id])).toString('base64url');
}

export class TokenExpired extends PipelineError {
  constructor() {
    super('invalid', 'pageToken: has expired; start again without one.', { field: 'pageToken' });
  }
}

/** Throws `invalid` for what is no token of this scope, whoever made it up, and `TokenExpired`. */
export function readToken(token: string | undefined, scope: TokenScope, lifetimeMs: number): Place | undefined {
  if (token === undefined) return undefined;
  const [version, at, of, recency, id, ...more] = parse(token);
  if (!isWhole(version) || !isWhole(at) || typeof of !== 'string' || more.length) throw foreign();
  if (version !== VERSION || Date.now() - at >= lifetimeMs) throw new TokenExpired();
  if (of !== digest(scope)) throw invalid('pageToken', 'belongs to another list.');
  if (typeof recency !== 'number' || !Number.isFinite(recency)) throw foreign();
  try {
    return { recency, id: parseId(id) };
  } catch {
    throw foreign();
  }
}

function parse(token: string): unknown[] {
  if (token.length > MAX_TOKEN || !/^[\w-]+$/.test(token)) return [];
  try {
    const bytes = Buffer.from(token, 'base64url');
    // Node ignores a character too many at the end.
    if (bytes.toString('base64url') !== token) return [];
    const value = JSON.parse(bytes.toString()) as unknown;
    return Array.isArray(value) ? (value as unknown[]) : [];
  } catch {
    return [];
  }
}

const isWhole = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);

const foreign = (): PipelineError => invalid('pageToken', 'is not one of this server.');

const digest = ({ tenant, query }: TokenScope): string => hash(JSON.stringify([tenant, query])).slice(0, 12);
