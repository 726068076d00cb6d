// Where the API is mounted, and which tenant a path names.
import { tenantOf, type PathParameters } from './access.js';

export interface BasePath {
  /** As the router takes it, such as `/api` or `/api/:tenant`. */
  pattern: string;
  /** Whether a path is one of the API. */
  owns(pathname: string): boolean;
  /** What an own path says. Throws `not-found` for a segment that cannot be a tenant. */
  parametersOf(pathname: string): PathParameters;
}

const SEGMENT = /^(?:[\w.~-]+|:tenant)$/;

/** Reads `/api`, or `/api/:tenant` with one segment for the tenant. Throws an `Error` for anything else. */
export function parseBasePath(pattern: string): BasePath {
  const [first, ...segments] = pattern.split('/');
  const isValid = first === '' && segments.every((segment) => SEGMENT.test(segment));
  if (!isValid || segments.filter((segment) => segment === ':tenant').length > 1) {
    throw new Error(`basePath: must look like "/api" or "/api/:tenant", not "${pattern}".`);
  }
  const source = segments.map((segment) => (segment === ':tenant' ? '([^/]+)' : segment.replaceAll('.', '\\.')));
  const own = new RegExp(`^/${source.join('/')}(?:/|$)`);
  return {
    pattern,
    owns: (pathname) => own.test(pathname),
    parametersOf(pathname) {
      const [, segment] = own.exec(pathname) ?? [];
      return segment === undefined ? {} : { tenant: tenantOf(decode(segment)) };
    },
  };
}

/** Empty, which no tenant is, for what cannot be decoded. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}
