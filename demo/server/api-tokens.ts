// Parses API_TOKENS, which lists the callers of a server without a sign-in of its own.
import { parseCaller, type Caller } from './access.js';
import { ROLES } from './permissions.js';

const DEFAULT_ROLES = ['manager'];

export interface ApiTokens {
  tokens: Record<string, Caller>;
  /** Problems to log that are not errors. */
  warnings: string[];
}

/**
 * Parses `{ "token": { "tenant": "…", "user": "…", "roles": ["manager"] } }`. `roles` defaults to `["manager"]`;
 * unknown fields are ignored. Throws an `Error` that names the field and the entry (by its position: tokens are
 * secret).
 *
 * @param text JSON; `undefined` or empty means no tokens.
 */
export function parseApiTokens(text: string | undefined): ApiTokens {
  const warnings: string[] = [];
  const entries = Object.entries(objectOf(text)).map(([token, value], index) => {
    const where = `API_TOKENS, entry ${index + 1}`;
    // Must be transmittable in an Authorization header.
    if (!/^[\x21-\x7e]+$/.test(token)) throw new Error(`${where}: token: must be visible ASCII without spaces.`);
    const caller = callerOf(where, value);
    for (const role of caller.roles) {
      if (!ROLES.some((known) => known === role))
        warnings.push(`${where}: roles: "${role}" is unknown and grants nothing.`);
    }
    return [token, caller] as const;
  });
  return { tokens: Object.fromEntries(entries), warnings };
}

function objectOf(text: string | undefined): object {
  if (!text?.trim()) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('API_TOKENS: must be JSON such as { "token": { "tenant": "acme", "roles": ["manager"] } }.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('API_TOKENS: must be an object from token to caller.');
  }
  return value;
}

function callerOf(where: string, value: unknown): Caller {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${where}: must be an object.`);
  const { tenant, user, roles = DEFAULT_ROLES } = value as Record<string, unknown>;
  try {
    return parseCaller({ tenant, user, roles });
  } catch (thrown) {
    throw new Error(`${where}: ${(thrown as Error).message}`, { cause: thrown });
  }
}
