/** A small client for the part of Chatwoot's API that the adapter uses. */
import { PipelineError, type CallOptions, type PipelineErrorCode } from 'pipeline-elements/adapter';

/*
 * Based on the public documentation and source of Chatwoot's application API. `/api/v1` is older than most of its
 * fields, so unknown fields in a response are ignored.
 */

/** A custom attribute definition. One of type list contains the values that agents can choose from. */
export interface Definition {
  id: number;
  attribute_key: string;
  /** At most 20,000 characters. */
  attribute_description: string | null;
  attribute_values: string[];
}

export type Attributes = Record<string, unknown>;

export interface Conversation {
  /** The number shown in the inbox, Chatwoot's `display_id`. */
  id: number;
  custom_attributes: Attributes;
}

export interface Condition {
  attribute_key: string;
  filter_operator: 'equal_to';
  values: (string | number)[];
  /** Combines this condition with the next one; `null` on the last. */
  query_operator: 'OR' | null;
}

interface Found {
  meta: { all_count: number };
  payload: Conversation[];
}

/** The page size of a filter. */
const PAGE = 25;
const LIST = 6;
const OF_CONVERSATIONS = 0;
export const MAX_DESCRIPTION = 20_000;
const TIMEOUT_MS = 15_000;

// #region errors
const CODES: Readonly<Record<number, PipelineErrorCode>> = {
  401: 'auth',
  403: 'forbidden',
  404: 'not-found',
  422: 'invalid',
  429: 'rate-limited',
};

async function failureOf(response: Response): Promise<PipelineError> {
  const code = CODES[response.status] ?? (response.status >= 500 ? 'unavailable' : 'unknown');
  const seconds = Number(response.headers.get('retry-after'));
  return new PipelineError(
    code,
    `Chatwoot responded with ${response.status}: ${(await response.text()).slice(0, 200)}`,
    {
      ...(seconds > 0 && { retryAfterMs: seconds * 1000 }),
    },
  );
}

/** Converts what `fetch` throws to a `PipelineError`. */
function networkError(cause: unknown): PipelineError {
  const name = (cause as Error).name;
  if (name === 'AbortError') return new PipelineError('aborted', 'The call was aborted.', { cause });
  if (name === 'TimeoutError') return new PipelineError('timeout', 'Chatwoot did not respond in time.', { cause });
  return new PipelineError('offline', 'Chatwoot cannot be reached.', { cause });
}
// #endregion

export class ChatwootApi {
  readonly #base: string;
  readonly #token: string;

  constructor({ baseUrl, accountId, token }: { baseUrl: string; accountId: number; token: string }) {
    this.#base = `${baseUrl}/api/v1/accounts/${accountId}`;
    this.#token = token;
  }

  async findDefinition(key: string, options?: CallOptions): Promise<Definition | undefined> {
    const path = `/custom_attribute_definitions?attribute_model=${OF_CONVERSATIONS}`;
    const all = await this.#request<Definition[]>('GET', path, undefined, options);
    return all.find((each) => each.attribute_key === key);
  }

  /** Saves a whole definition; without an `id`, creates one. */
  async putDefinition(
    definition: Omit<Definition, 'id'> & { id: number | undefined; attribute_display_name: string },
    options?: CallOptions,
  ): Promise<void> {
    const { id, ...fields } = definition;
    const body = { ...fields, attribute_display_type: LIST, attribute_model: OF_CONVERSATIONS };
    const path = '/custom_attribute_definitions';
    if (id === undefined) await this.#request('POST', path, body, options);
    else await this.#request('PATCH', `${path}/${id}`, body, options);
  }

  /** Those of the conversations with these numbers that exist. */
  async getConversations(numbers: readonly number[], options?: CallOptions): Promise<Map<number, Conversation>> {
    const found = new Map<number, Conversation>();
    for (let start = 0; start < numbers.length; start += PAGE) {
      const values = numbers.slice(start, start + PAGE);
      const condition: Condition = {
        attribute_key: 'display_id',
        filter_operator: 'equal_to',
        values,
        query_operator: null,
      };
      const { payload } = await this.#filter([condition], options);
      for (const conversation of payload) found.set(conversation.id, conversation);
    }
    return found;
  }

  /** How many conversations have one of the values. Chatwoot ignores case here. */
  async countHaving(key: string, values: readonly string[], options?: CallOptions): Promise<number> {
    const conditions = values.map((value, n): Condition => ({
      attribute_key: key,
      filter_operator: 'equal_to',
      values: [value],
      query_operator: n < values.length - 1 ? 'OR' : null,
    }));
    return (await this.#filter(conditions, options)).meta.all_count;
  }

  /** Replaces all attributes of a conversation: attributes that are not sent are removed. */
  async putAttributes(number: number, attributes: Attributes, options?: CallOptions): Promise<void> {
    await this.#request(
      'POST',
      `/conversations/${number}/custom_attributes`,
      { custom_attributes: attributes },
      options,
    );
  }

  #filter(payload: readonly Condition[], options?: CallOptions): Promise<Found> {
    return this.#request<Found>('POST', '/conversations/filter?page=1', { payload }, options);
  }

  // #region request
  async #request<T>(method: string, path: string, body: unknown, options?: CallOptions): Promise<T> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(this.#base + path, {
      method,
      headers: { api_access_token: this.#token, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: options?.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    }).catch((cause: unknown) => {
      throw networkError(cause);
    });
    if (!response.ok) throw await failureOf(response);
    return response.json().catch((cause: unknown) => {
      if (options?.signal?.aborted) throw networkError(cause);
      throw new PipelineError('bad-response', 'Chatwoot’s response is not JSON.', { cause });
    }) as Promise<T>;
  }
  // #endregion
}
