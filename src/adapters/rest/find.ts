/** Sends `find` requests: with the query in the URL or, if that would be too long, in a body. */
import type { PipelineError } from '../../model/errors.js';
import { formatFilter, parseFilter } from '../../model/filter.js';
import type { CallOptions, FindPage, FindQuery } from '../adapter.js';
import { pageSizeOf } from '../paging.js';
import type { Decoder } from './decode.js';
import type { Http } from './http.js';
import type { BaseUrl } from './request.js';

/** Servers and proxies may refuse longer URLs. */
const MAX_URL = 2000;

/** Whether a refusal may mean that the server does not have this path or this method. */
const isUnknownRoute = ({ code, field }: PipelineError): boolean => code === 'not-found' || field === 'method';

export class Finder {
  readonly #http: Http;
  readonly #base: BaseUrl;
  readonly #decoder: Decoder;
  /** The server does not know the form with a body, so a URL of any length is all that can be tried. */
  #usesOnlyUrls = false;

  constructor({ http, base, decoder }: { http: Http; base: BaseUrl; decoder: Decoder }) {
    this.#http = http;
    this.#base = base;
    this.#decoder = decoder;
  }

  async find(
    { of, filter, contactMatch, pageSize, pageToken }: FindQuery,
    options: CallOptions | undefined,
  ): Promise<FindPage> {
    const checked = parseFilter(filter);
    const more = {
      ...(of === 'contact' ? { contactMatch: contactMatch ?? 'any' } : {}),
      ...(pageSize === undefined ? {} : { pageSize: pageSizeOf(pageSize) }),
      ...(pageToken === undefined ? {} : { pageToken }),
    };
    const query = new URLSearchParams(formatFilter(checked));
    for (const [name, value] of Object.entries(more)) query.set(name, String(value));
    const path = of === 'contact' ? 'contacts' : 'conversations';
    const url = this.#base.resolve([path], query);
    const isContinuation = pageToken !== undefined;
    const shared = { isContinuation, read: (body: unknown): FindPage => this.#decoder.page(body) };
    if (url.length > MAX_URL && !this.#usesOnlyUrls) {
      const request = { ...shared, method: 'POST', url: this.#base.resolve([path, 'find']) } as const;
      try {
        return await this.#http.read({ ...request, body: { ...checked, ...more } }, options);
      } catch (error) {
        if (!isUnknownRoute(error as PipelineError)) throw error;
        this.#usesOnlyUrls = true;
      }
    }
    return this.#http.read({ ...shared, method: 'GET', url }, options);
  }
}
