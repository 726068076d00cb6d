/** Finds out, with harmless reads, why a request got no usable response, and what the host has to change. */
import { PipelineError } from '../../model/errors.js';
import { discard } from './decode.js';
import { ACCEPT, type HttpOptions } from './request.js';
import { unlessAborted } from './retry.js';
import {
  hasSamePath,
  isRedirect,
  isSignInPage,
  redirectTarget,
  signedOut,
  unreadable,
  wrongUrl,
} from './signed-out.js';

/** Bytes of a page that are searched for a sign-in form. */
const MAX_PAGE = 200_000;
/** Methods and headers that browsers send to other origins without asking the server first. */
const SIMPLE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);
const SIMPLE_HEADERS: ReadonlySet<string> = new Set(['accept', 'accept-language', 'content-language']);
/** The event that reports a violation may come after the request has failed. */
const VIOLATION_DELAY = 50;

/** A request that failed without a response. */
interface FailedRequest {
  method?: string | undefined;
  headers: Headers;
  signal?: AbortSignal | null | undefined;
}

/** Whether a response that should be a stream shows that the session has expired. */
export async function isSignedOut(response: Response, signal: AbortSignal): Promise<boolean> {
  const { status, headers } = response;
  if (status === 401 || isRedirect(response)) return true;
  if (status >= 500 || !/\bhtml\b/i.test(headers.get('content-type') ?? '')) return false;
  const page = await unlessAborted(response.text(), signal);
  return isSignInPage(page.slice(0, MAX_PAGE));
}

export class Diagnosis {
  readonly #options: HttpOptions;
  #redirectProbe: Promise<PipelineError | undefined> | undefined;
  /** Explanations in progress, by method and names of headers. */
  readonly #explanations = new Map<string, Promise<PipelineError | undefined>>();
  readonly #warned = new Set<string>();

  constructor(options: HttpOptions) {
    this.#options = options;
    watchViolations();
  }

  /**
   * The error of a redirect: `auth` if it leads to another path, as one to a sign-in page does. Browsers hide where it
   * leads, so a read follows it.
   */
  async ofRedirect(response: Response, url: string, hostHeaders: Headers): Promise<PipelineError> {
    discard(response);
    const target = redirectTarget(response, url);
    if (target !== undefined) return hasSamePath(target, url) ? wrongUrl(target) : signedOut();
    this.#redirectProbe ??= this.#followRedirect(hostHeaders).finally(() => (this.#redirectProbe = undefined));
    const found = await this.#redirectProbe;
    return found ?? (response.type === 'opaque' ? unreadable() : signedOut());
  }

  /**
   * Why the browser sent no request, or hides the response, although the server can be reached; `undefined` if nothing
   * but a missing network explains it. What the browser itself says (`navigator.onLine`) is not asked.
   */
  async ofNoResponse(url: string, request: FailedRequest): Promise<PipelineError | undefined> {
    // Not a page, which alone has such rules.
    if (!globalThis.location) return undefined;
    const { isOwnFetch } = this.#options;
    const error =
      mixedContent(url) ??
      (await securityPolicy(url, isOwnFetch ? 0 : VIOLATION_DELAY)) ??
      (isOwnFetch || isSameOrigin(url) ? undefined : await this.#ofOtherOrigin(url, request));
    if (error && !this.#warned.has(error.message)) {
      this.#warned.add(error.message);
      console.warn(`pipeline-elements: ${error.message}`);
    }
    return error;
  }

  /** Where redirects of all requests lead; `undefined` if to another origin, or if a read is not redirected. */
  async #followRedirect(hostHeaders: Headers): Promise<PipelineError | undefined> {
    const url = this.#options.probeUrl();
    // The headers of the host may have a token, which must not reach another origin.
    const mode = isSameOrigin(url) ? 'same-origin' : 'cors';
    const headers = new Headers(mode === 'same-origin' ? hostHeaders : undefined);
    headers.set('Accept', ACCEPT);
    try {
      const response = await this.#read(url, { mode, headers, redirect: 'follow' });
      const target = redirectTarget(response, url);
      if (target === undefined || !hasSamePath(target, url)) {
        discard(response);
        return target === undefined ? undefined : signedOut();
      }
      const page = (await response.text()).slice(0, MAX_PAGE);
      return isSignInPage(page) ? signedOut() : wrongUrl(target);
    } catch {
      return undefined;
    }
  }

  /** Checks what another origin allows. Requests that fail together share the reads. */
  #ofOtherOrigin(url: string, { method = 'GET', headers, signal }: FailedRequest): Promise<PipelineError | undefined> {
    const names = [...headers.keys()].filter((name) => !SIMPLE_HEADERS.has(name));
    const key = [method, ...names].join(' ');
    let explanation = this.#explanations.get(key);
    if (!explanation) {
      explanation = this.#explain(method, names, headers, signal).finally(() => this.#explanations.delete(key));
      this.#explanations.set(key, explanation);
    }
    return explanation;
  }

  async #explain(
    method: string,
    names: readonly string[],
    headers: Headers,
    signal: AbortSignal | null | undefined,
  ): Promise<PipelineError | undefined> {
    const url = this.#options.probeUrl();
    const succeeds = async (init: RequestInit): Promise<boolean> => {
      try {
        discard(await this.#read(url, { ...init, ...(signal ? { signal } : {}) }));
        return true;
      } catch {
        return false;
      }
    };
    // Without reading the response, which every server allows.
    if (!(await succeeds({ mode: 'no-cors', credentials: 'omit' }))) return undefined;
    const { origin } = new URL(url);
    if (!(await succeeds({}))) {
      const withCredentials =
        this.#options.credentials === 'include' ? ', "Access-Control-Allow-Credentials: true"' : '';
      const allowed = `"Access-Control-Allow-Origin: ${location.origin}"${withCredentials}${preflight([method], names)}`;
      // A proxy whose server is down responds without these headers, too.
      return new PipelineError(
        'unavailable',
        `${origin} responds, but the browser does not let this page read it. The server has to send ${allowed}, also with errors.`,
      );
    }
    const results = await Promise.all(names.map((name) => succeeds({ headers: { [name]: headers.get(name)! } })));
    const refused = names.filter((_, index) => !results[index]);
    if (refused.length) {
      return new PipelineError(
        'unavailable',
        `${origin} does not accept all headers of this page's requests. The server has to send${preflight([], refused).slice(1)}, in response to OPTIONS.`,
        { retryable: false },
      );
    }
    // Everything else is allowed. Perhaps only the connection was lost, so it is worth another attempt.
    if (SIMPLE_METHODS.has(method)) return undefined;
    return new PipelineError(
      'unavailable',
      `${origin} can be reached, but not with ${method}. The server has to send${preflight([method], []).slice(1)}, in response to OPTIONS.`,
    );
  }

  #read(url: string, init: RequestInit): Promise<Response> {
    const { fetch, credentials } = this.#options;
    return fetch(url, { method: 'GET', credentials, cache: 'no-store', ...init });
  }
}

/** What a server has to say in response to a preflight request, as the end of a list. */
function preflight(methods: readonly string[], names: readonly string[]): string {
  const parts = [
    names.length ? `, "Access-Control-Allow-Headers: ${names.map(inTitleCase).join(', ')}"` : '',
    methods.some((method) => !SIMPLE_METHODS.has(method))
      ? `, "Access-Control-Allow-Methods: ${methods.join(', ')}"`
      : '',
  ];
  return parts.join('');
}

const inTitleCase = (name: string): string => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());

const isSameOrigin = (url: string): boolean => globalThis.location?.origin === new URL(url).origin;

/** Browsers treat these as secure, even without TLS. */
const LOCAL_HOST = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/;

function mixedContent(url: string): PipelineError | undefined {
  const { protocol, hostname, origin } = new URL(url);
  if (location.protocol !== 'https:' || protocol !== 'http:' || LOCAL_HOST.test(hostname)) return undefined;
  const message = `The page was loaded over https, so the browser blocks requests to ${origin}. The server has to offer https, and the base URL has to begin with "https://".`;
  return new PipelineError('unavailable', message, { retryable: false });
}

/** What the page's Content-Security-Policy has blocked: addresses without queries, or only origins. */
const blocked = new Set<string>();
let isWatching = false;

/** Once for the whole page, and before the first request. */
function watchViolations(): void {
  if (isWatching) return;
  isWatching = true;
  const target: EventTarget = globalThis.document ?? globalThis;
  target.addEventListener?.('securitypolicyviolation', (event) => {
    const { disposition, effectiveDirective, blockedURI } = event as SecurityPolicyViolationEvent;
    const isRequest = effectiveDirective === 'connect-src' || effectiveDirective === 'default-src';
    if (disposition !== 'report' && isRequest && blocked.size < MAX_BLOCKED) blocked.add(blockedURI.split('?')[0]!);
  });
}
const MAX_BLOCKED = 200;

async function securityPolicy(url: string, delay: number): Promise<PipelineError | undefined> {
  const { origin } = new URL(url);
  const isBlocked = (): boolean => blocked.has(url.split('?')[0]!) || blocked.has(origin);
  if (!isBlocked() && delay) await new Promise((resolve) => setTimeout(resolve, delay));
  if (!isBlocked()) return undefined;
  const source = isSameOrigin(url) ? "'self'" : origin;
  const message = `The page's Content-Security-Policy blocks requests to ${origin}. Add ${source} to its connect-src.`;
  return new PipelineError('unavailable', message, { retryable: false });
}
