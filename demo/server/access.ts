import { PipelineError } from '../../src/model/errors.js';
import { parseId } from '../../src/model/parse.js';
import { hash } from './hash.js';
import { HttpError } from './problem.js';

/** On whose behalf a request comes. */
export interface Caller {
  tenant: string;
  /** Who it is, for histories; also keeps the keys of users apart. */
  by?: string | undefined;
  /** Whether it is the host's back end, which may tell which conversations exist. */
  isHost: boolean;
}

/** Tells who asks. Throws `auth` when that is unknown, `forbidden` when it may not. */
export type Authorize = (request: Request) => Caller | Promise<Caller>;

const MAX_TENANT = 64;

/** The tenant as part of the path: for the demo, and behind a gateway that has checked who may. */
export function tenantOf(segment: string | undefined): string {
  try {
    if (segment !== undefined && segment.length <= MAX_TENANT) return parseId(segment, 'tenant');
  } catch {
    // Not one.
  }
  throw new PipelineError('not-found', `tenant: must have 1 to ${MAX_TENANT} characters.`, { field: 'tenant' });
}

/** `Authorization: Bearer …`, for the callers of these tokens. Only their hashes are kept and compared. */
export function bearerTokens(tokens: Readonly<Record<string, Caller>>): Authorize {
  const callers = new Map(Object.entries(tokens).map(([token, caller]) => [hash(token), caller]));
  return ({ headers }) => {
    const [, token] = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
    const caller = token === undefined ? undefined : callers.get(hash(token));
    if (caller) return caller;
    const error = new PipelineError('auth', 'A valid access token is needed.');
    throw new HttpError(401, error, { 'WWW-Authenticate': 'Bearer' });
  };
}
