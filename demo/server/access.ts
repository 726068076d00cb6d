// Describes callers, validates what `authorize` returns, and authenticates bearer tokens.
import { PipelineError, invalid } from '../../src/model/errors.js';
import { parseStatusId } from '../../src/model/validate.js';
import { hash } from './hash.js';
import { HttpError } from './problem.js';

/** On whose behalf a request is made. */
export interface Caller {
  /** Whose data is accessed, 1–64 characters. */
  tenant: string;
  /** The user's name in histories and changes, 1–256 characters. Idempotency keys are separate for each user. */
  user?: string | undefined;
  /** `host`, `manager` or `agent`. Unknown roles grant nothing. */
  roles: readonly string[];
  /**
   * Distinguishes sessions of the same tenant and user, e.g. the id of a sign-in. Never sent to clients in plain form.
   */
  session?: string | undefined;
}

/** Parameters in the path of a request: `tenant`, if `basePath` contains it. */
export interface PathParameters {
  tenant?: string;
}

/**
 * Identifies the caller of a request. `null` means not signed in (401). A thrown `PipelineError` with the code `auth`
 * or
 * `forbidden` becomes a 401 or 403 with its message; any other error is logged and becomes a 500.
 *
 * Called again with the original request while a change stream is open.
 */
export type Authorize = (request: Request, path: PathParameters) => Caller | null | Promise<Caller | null>;

const MAX_TENANT = 64;
const MAX_USER = 256;

/** Parses a tenant from a path segment. Throws `not-found` if it is not valid. */
export function tenantOf(segment: string): string {
  try {
    if (segment.length <= MAX_TENANT) return parseStatusId(segment, 'tenant');
  } catch {
    // Not a valid id.
  }
  throw new PipelineError('not-found', `tenant: must have 1 to ${MAX_TENANT} characters.`, { field: 'tenant' });
}

/** Validates what a host's `authorize` returned. Throws `invalid` with the field name. */
export function parseCaller(value: unknown): Caller {
  if (typeof value !== 'object' || value === null) throw invalid('caller', 'must be an object, or null.');
  const { tenant, user, roles, session } = value as Record<string, unknown>;
  if (typeof tenant !== 'string' || tenant.length > MAX_TENANT) {
    throw invalid('tenant', `must be a string of 1 to ${MAX_TENANT} characters.`);
  }
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) {
    throw invalid('roles', 'must be an array of strings.');
  }
  if (session !== undefined && (typeof session !== 'string' || !session)) {
    throw invalid('session', 'must be a non-empty string.');
  }
  return { tenant: parseStatusId(tenant, 'tenant'), user: parseUser(user), roles, session };
}

function parseUser(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !value || value.length > MAX_USER || /[\p{Cc}\p{Cs}]/u.test(value)) {
    throw invalid('user', `must be a string of 1 to ${MAX_USER} characters, without control characters.`);
  }
  return value;
}

/** An opaque session name, derived from tenant, user and session without revealing them. */
export const sessionName = ({ tenant, user, session }: Caller): string =>
  hash(JSON.stringify([tenant, user ?? null, session ?? null]));

/** Authenticates `Authorization: Bearer …` by these tokens. Only hashes of the tokens are kept and compared. */
export function bearerTokens(tokens: Readonly<Record<string, Caller>>): Authorize {
  const callers = new Map(
    Object.entries(tokens).map(([token, caller]) => {
      const key = hash(token);
      // Without a user name, the token itself identifies the session.
      return [key, caller.user === undefined ? { session: key, ...caller } : caller] as const;
    }),
  );
  return ({ headers }) => {
    const [, token] = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
    const caller = token === undefined ? undefined : callers.get(hash(token));
    if (caller) return caller;
    const error = new PipelineError('auth', 'A valid access token is required.');
    throw new HttpError(401, error, { 'WWW-Authenticate': 'Bearer' });
  };
}
