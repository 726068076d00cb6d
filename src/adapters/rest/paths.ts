import { invalid } from '../../model/errors.js';

/** The base URL of a REST API, and the URLs under it. */
export class BaseUrl {
  readonly #text: string;

  /** Throws `invalid` for what cannot be one. A relative URL is relative to the page; it is resolved when it is used. */
  constructor(text: string) {
    if (typeof text !== 'string' || !text.trim()) throw invalid('baseUrl', 'must be a text that is not empty.');
    this.#text = text.trim();
    if (/^[a-z][a-z\d+.-]*:/i.test(this.#text)) this.#resolve();
  }

  /** Absolute, ending in `/`. Throws `invalid` for a relative one where there is no page. */
  get href(): string {
    return this.#resolve().href;
  }

  /**
   * The URL of `segments` under the base. Throws `invalid` when a segment would lead elsewhere: `..` survives
   * `encodeURIComponent`, and would leave its folder.
   */
  resolve(segments: readonly string[], query?: URLSearchParams): string {
    const base = this.#resolve();
    const url = new URL(base);
    const path = base.pathname + segments.map(encodeURIComponent).join('/');
    url.pathname = path;
    if (url.pathname !== path || url.origin !== base.origin) throw invalid('id', 'cannot be part of a URL.');
    url.search = query?.toString() ?? '';
    return url.href;
  }

  #resolve(): URL {
    let url: URL;
    try {
      url = new URL(this.#text, globalThis.document?.baseURI ?? globalThis.location?.href);
    } catch {
      throw invalid('baseUrl', 'must be a URL; without a page to be relative to, an absolute one.');
    }
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalid('baseUrl', 'must be an http(s) URL.');
    // Dropping any of these in silence could mean another tenant.
    if (url.search || url.hash || url.username || url.password) {
      throw invalid('baseUrl', 'must not have a query, a fragment or a user name.');
    }
    if (!url.pathname.endsWith('/')) url.pathname += '/';
    return url;
  }
}
