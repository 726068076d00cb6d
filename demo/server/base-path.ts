// Parses the path where the API is mounted, and extracts the tenant from request paths.
import { tenantOf, type PathParameters } from './access.js';

export interface BasePath {
  /** The router pattern, such as `/api` or `/api/:tenant`. */
  pattern: string;
  /** Whether a path belongs to the API. */
  owns(pathname: string): boolean;
  /** The parameters of a path of the API. Throws `not-found` if the tenant is not valid. */
  parametersOf(pathname: string): PathParameters;
}

const SEGMENT = /^(?:[\w.~-]+|:tenant)$/;

/** Parses `/api`, or `/api/:tenant` with one segment for the tenant. Throws an `Error` for anything else. */
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

/** Returns an empty string, which is never a valid tenant, if the segment cannot be decoded. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}
