// Who may ask: the callers that `authorize` names, and access tokens as one way to name them.
import { PipelineError, invalid } from '../../src/model/errors.js';
import { parseId } from '../../src/model/validate.js';
import { hash } from './hash.js';
import { HttpError } from './problem.js';

/** On whose behalf a request comes. */
export interface Caller {
  /** Whose data it is about, 1–64 characters. */
  tenant: string;
  /** Who it is, for histories and changes, 1–256 characters; also keeps the idempotency keys of users apart. */
  user?: string | undefined;
  /** `host`, `manager`, `agent`. Others grant nothing. */
  roles: readonly string[];
  /** Tells apart callers of one tenant and user, for example by the id of their sign-in. Never sent to a client as it is. */
  session?: string | undefined;
}

/** What the path of a request says: `tenant` where `basePath` has a place for it. */
export interface PathParameters {
  tenant?: string;
}

/**
 * Tells who asks. `null`: nobody who is signed in (401). A thrown `PipelineError` with the code `auth` or `forbidden` is
 * answered with 401 or 403 and its message; anything else thrown is logged and answered with 500.
 *
 * It is called again, with the original request, while a change stream is open.
 */
export type Authorize = (request: Request, path: PathParameters) => Caller | null | Promise<Caller | null>;

const MAX_TENANT = 64;
const MAX_USER = 256;

/** A tenant out of a path. Throws `not-found` for what cannot be one. */
export function tenantOf(segment: string): string {
  try {
    if (segment.length <= MAX_TENANT) return parseId(segment, 'tenant');
  } catch {
    // Not one.
  }
  throw new PipelineError('not-found', `tenant: must have 1 to ${MAX_TENANT} characters.`, { field: 'tenant' });
}

/** The caller that a host's `authorize` returned, checked. Throws `invalid`, naming the field, for a mistake of the host. */
export function parseCaller(value: unknown): Caller {
  if (typeof value !== 'object' || value === null) throw invalid('caller', 'must be an object, or null.');
  const { tenant, user, roles, session } = value as Record<string, unknown>;
  if (typeof tenant !== 'string' || tenant.length > MAX_TENANT) {
    throw invalid('tenant', `must be a text of 1 to ${MAX_TENANT} characters.`);
  }
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) {
    throw invalid('roles', 'must be a list of texts.');
  }
  if (session !== undefined && (typeof session !== 'string' || !session)) {
    throw invalid('session', 'must be a text that is not empty.');
  }
  return { tenant: parseId(tenant, 'tenant'), user: parseUser(user), roles, session };
}

function parseUser(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !value || value.length > MAX_USER || /[\p{Cc}\p{Cs}]/u.test(value)) {
    throw invalid('user', `must be a text of 1 to ${MAX_USER} characters, without control characters.`);
  }
  return value;
}

/** The opaque name of a session: the same for the same tenant, user and session, and it tells none of them. */
export const sessionName = ({ tenant, user, session }: Caller): string =>
  hash(JSON.stringify([tenant, user ?? null, session ?? null]));

/** `Authorization: Bearer …`, for the callers of these tokens. Only the hashes of the tokens are kept and compared. */
export function bearerTokens(tokens: Readonly<Record<string, Caller>>): Authorize {
  const callers = new Map(
    Object.entries(tokens).map(([token, caller]) => {
      const key = hash(token);
      // Without a name, the token itself is who it is.
      return [key, caller.user === undefined ? { session: key, ...caller } : caller] as const;
    }),
  );
  return ({ headers }) => {
    const [, token] = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
    const caller = token === undefined ? undefined : callers.get(hash(token));
    if (caller) return caller;
    const error = new PipelineError('auth', 'A valid access token is needed.');
    throw new HttpError(401, error, { 'WWW-Authenticate': 'Bearer' });
  };
}
