// Identifies the caller of a request, and rejects forbidden requests before their bodies are read.
import { PipelineError, invalid } from '../../src/model/errors.js';
import { parseCaller, sessionName, type Authorize, type Caller } from './access.js';
import type { BasePath } from './base-path.js';
import { checkOrigin } from './headers.js';
import { checkMayRead, mayRead } from './permissions.js';
import { HttpError } from './problem.js';

export interface Identity {
  caller: Caller;
  /** The opaque session name, sent as `Pipeline-Session`. */
  session: string;
}

export const SESSION_HEADER = 'Pipeline-Session';

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export class RequestGuard {
  readonly #basePath: BasePath;
  readonly #authorize: Authorize;
  readonly #allowedOrigins: readonly string[];

  constructor(basePath: BasePath, authorize: Authorize, allowedOrigins: readonly string[]) {
    this.#basePath = basePath;
    this.#authorize = authorize;
    this.#allowedOrigins = allowedOrigins;
  }

  /** Calls `authorize`. Rejects with `auth` or `forbidden`; any other error is a mistake of the host. */
  async identify(request: Request): Promise<Identity> {
    const parameters = this.#basePath.parametersOf(new URL(request.url).pathname);
    const value = await this.#ask(request, parameters);
    if (value == null) throw new PipelineError('auth', 'You are not signed in.');
    try {
      const caller = parseCaller(value);
      return { caller, session: sessionName(caller) };
    } catch (thrown) {
      throw new Error('authorize() returned an invalid caller.', { cause: thrown });
    }
  }

  /** Throws if the request must be rejected, whatever it asks for. Does not read the body. */
  check(request: Request, { caller, session }: Identity): void {
    const expected = request.headers.get(SESSION_HEADER);
    if (expected !== null && expected !== session) {
      throw new PipelineError('session-changed', 'Someone else has signed in; the request was not performed.');
    }
    if (!READS.has(request.method)) checkOrigin(request, this.#allowedOrigins);
    checkMayRead(caller);
    checkQuery(new URL(request.url).search);
  }

  /** Whether the request would still be allowed, with the same session and tenant. Never rejects. */
  async isStillAllowed(request: Request, { caller, session }: Identity): Promise<boolean> {
    try {
      const now = await this.identify(request);
      return now.session === session && now.caller.tenant === caller.tenant && mayRead(now.caller);
    } catch {
      return false;
    }
  }

  async #ask(request: Request, parameters: { tenant?: string }): Promise<unknown> {
    try {
      return await this.#authorize(request, parameters);
    } catch (thrown) {
      if (thrown instanceof HttpError) throw thrown;
      const known = refusalOf(thrown);
      if (known) throw known;
      throw new Error('authorize() failed.', { cause: thrown });
    }
  }
}

/** Checks fields instead of the class: the host's `PipelineError` may come from another copy of the package. */
function refusalOf(thrown: unknown): PipelineError | undefined {
  const { name, code, message } = (thrown ?? {}) as { name?: unknown; code?: unknown; message?: unknown };
  if (name !== 'PipelineError' || (code !== 'auth' && code !== 'forbidden')) return undefined;
  return new PipelineError(code, String(message));
}

/** `URLSearchParams` decodes malformed input to U+FFFD, which could match a different id. */
function checkQuery(search: string): void {
  try {
    decodeURIComponent(search);
  } catch {
    throw new HttpError(400, invalid('query', 'must be percent-encoded UTF-8.'));
  }
}
