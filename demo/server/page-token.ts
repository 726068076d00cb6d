import { PipelineError, invalid } from '../../src/model/errors.js';
import type { Id } from '../../src/model/id.js';
import { hash } from './hash.js';

/** Where a page ended. */
export interface Place {
  id: Id;
  recency: number;
}

/** Tokens of another version are expired: a newer server may walk in another order. */
const VERSION = 1;

/** Opaque to clients. It opens nothing: who may read is decided by the request that brings it. */
export function writeToken({ recency, id }: Place, query: string): string {
  return Buffer.from(JSON.stringify([VERSION, Date.now(), digest(query), recency, id])).toString('base64url');
}

export class TokenExpired extends PipelineError {
  constructor() {
    super('invalid', 'pageToken: has expired; start again without one.', { field: 'pageToken' });
  }
}

/** Throws `invalid` for what is no token of this query, and `TokenExpired`. */
export function readToken(token: string | undefined, query: string, lifetimeMs: number): Place | undefined {
  if (token === undefined) return undefined;
  const [version, at, of, recency, id] = parse(token);
  if (typeof version !== 'number' || typeof at !== 'number') throw invalid('pageToken', 'is not one of this server.');
  if (version !== VERSION || Date.now() - at >= lifetimeMs) throw new TokenExpired();
  if (of !== digest(query)) throw invalid('pageToken', 'belongs to another query.');
  if (typeof recency !== 'number' || typeof id !== 'string') throw invalid('pageToken', 'is not one of this server.');
  return { recency, id };
}

function parse(token: string): unknown[] {
  try {
    const value = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown;
    return Array.isArray(value) ? (value as unknown[]) : [];
  } catch {
    return [];
  }
}

const digest = (query: string): string => hash(query).slice(0, 12);
