/** Encodes and decodes page tokens. */
import { PipelineError, invalid } from '../../src/model/errors.js';
import type { Id } from '../../src/model/id.js';
import { parseId } from '../../src/model/validate.js';
import { hash } from './hash.js';

/** The position of the last item of a page. */
export interface PagePosition {
  id: Id;
  recency: number;
}

/** Tokens of another version have expired: the order of the list may have changed between server versions. */
const VERSION = 2;

/** Long enough for an id of 256 characters, each escaped in JSON, in base64url. */
const MAX_TOKEN = 5000;

/** What a token is valid for. */
export interface TokenScope {
  tenant: string;
  /** Identifies the list. */
  query: string;
}

/** Opaque to clients. A token grants no access: each request that uses one is authorized by itself. */
export function writeToken({ recency, id }: PagePosition, scope: TokenScope): string {
  return Buffer.from(JSON.stringify([VERSION, Date.now(), digest(scope), recency, id])).toString('base64url');
}

export class TokenExpired extends PipelineError {
  constructor() {
    super('invalid', 'pageToken: has expired; start again without one.', { field: 'pageToken' });
  }
}

/** Throws `invalid` if the token was not issued for this scope, and `TokenExpired` if it is too old. */
export function readToken(token: string | undefined, scope: TokenScope, lifetimeMs: number): PagePosition | undefined {
  if (token === undefined) return undefined;
  const [version, at, of, recency, id, ...more] = parse(token);
  if (!isWhole(version) || !isWhole(at) || typeof of !== 'string' || more.length) throw notIssued();
  if (version !== VERSION || Date.now() - at >= lifetimeMs) throw new TokenExpired();
  if (of !== digest(scope)) throw invalid('pageToken', 'belongs to another list.');
  if (typeof recency !== 'number' || !Number.isFinite(recency) || typeof id !== 'string') throw notIssued();
  try {
    return { recency, id: parseId(id) };
  } catch {
    throw notIssued();
  }
}

function parse(token: string): unknown[] {
  if (token.length > MAX_TOKEN || !/^[\w-]+$/.test(token)) return [];
  try {
    const bytes = Buffer.from(token, 'base64url');
    // Node ignores an extra trailing character.
    if (bytes.toString('base64url') !== token) return [];
    const value = JSON.parse(bytes.toString()) as unknown;
    return Array.isArray(value) ? (value as unknown[]) : [];
  } catch {
    return [];
  }
}

const isWhole = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);

const notIssued = (): PipelineError => invalid('pageToken', 'was not issued by this server.');

const digest = ({ tenant, query }: TokenScope): string => hash(JSON.stringify([tenant, query])).slice(0, 12);
