/** The filter's value, and which conversations or contacts pass it: from loaded data, or looked up for the host. */
import { loadReading } from '../../store/sync.js';
import type { CountQuery, FindPage, PipelineAdapter } from '../../adapters/adapter.js';
import { PipelineError } from '../../model/errors.js';
import {
  contactMatchesFilter,
  type Filter,
  formatFilter,
  isEmptyFilter,
  parseFilter,
  parseFilterQuery,
} from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import { unreadableIn, type UnreadableRecords } from '../../model/unreadable.js';
import { parseId } from '../../model/validate.js';
import { ContactCache, CountCache, find, getContacts, type WatchableCounts } from '../../store/queries.js';
import { PipelineStore } from '../../store/pipeline.js';
import { warnOnce } from '../../ui/warn.js';

/** The statuses that decide whether an item passes. */
export type StatusIds = readonly (Id | null)[];

export const NO_STATUS: StatusIds = [null];

interface SubjectHost extends Element {
  readonly adapter: PipelineAdapter | undefined;
  readonly of: string;
  readonly contactMatch: string;
  readonly filter: Filter;
}

export interface SubjectConfig {
  /** The host's current store. */
  store(): PipelineStore | undefined;
  /** Resolves when the host has applied the properties set on it so far. */
  updated(): Promise<unknown>;
}

const abortedError = (): PipelineError =>
  new PipelineError('aborted', 'The data source changed before the request was answered.');

export class FilterSubject {
  readonly #host: SubjectHost;
  readonly #config: SubjectConfig;
  /** Requests that wait for a store, and how to reject those that are running. */
  #waiting: ((store: PipelineStore) => void)[] = [];
  readonly #running = new Set<(reason: PipelineError) => void>();

  constructor(host: SubjectHost, config: SubjectConfig) {
    this.#host = host;
    this.#config = config;
  }

  get store(): PipelineStore | undefined {
    return this.#config.store();
  }

  /** What is filtered. Invalid attributes fall back to their defaults. */
  get query(): CountQuery {
    const { of, contactMatch } = this.#host;
    if (of !== 'contact') return { of: 'conversation' };
    return { of, contactMatch: contactMatch === 'latest' ? 'latest' : 'any' };
  }

  /** Warns of invalid attributes, with what to write instead. */
  validate(): void {
    const { of, contactMatch } = this.#host;
    if (of !== 'conversation' && of !== 'contact')
      warnOnce(`<pipeline-filter of="${of}">: write "conversation" or "contact".`);
    if (contactMatch !== 'any' && contactMatch !== 'latest')
      warnOnce(`<pipeline-filter contact-match="${contactMatch}">: write "any" or "latest".`);
  }

  /** False when the adapter has no contacts to filter: then the element renders nothing, and everything passes. */
  get isSupported(): boolean {
    const { store } = this;
    return !store || this.query.of === 'conversation' || store.can('getContacts');
  }

  /** Whether the filter excludes anything. */
  get isActive(): boolean {
    return !isEmptyFilter(this.#host.filter) && this.isSupported;
  }

  /** The counts per status, to be watched. */
  counts(store: PipelineStore): WatchableCounts {
    return store.cache(CountCache).of(this.query);
  }

  /** Why the counts cannot be shown, if that is for what was received. */
  countsError(store: PipelineStore): PipelineError | undefined {
    const { error } = this.counts(store);
    return error?.code === 'bad-response' ? error : undefined;
  }

  /** Whether an item with these statuses passes. */
  accepts(statusIds: StatusIds): boolean {
    return !this.isSupported || contactMatchesFilter(this.#host.filter, statusIds);
  }

  /** Whether an item passes, from loaded data only. Without any it counts as having no status. */
  passes(id: Id): boolean {
    const { store } = this;
    const valid = validId(id);
    const statusIds = store && valid !== undefined && loadedStatusIds(store, this.query, valid);
    return this.accepts(statusIds || NO_STATUS);
  }

  /** The ids that pass, in order. Missing data is looked up. */
  async select(ids: readonly Id[]): Promise<Id[]> {
    const { filter } = this.#host;
    const all = [...ids];
    if (isEmptyFilter(filter)) return all;
    return this.#request(async (store) => {
      if (!this.isSupported) return all;
      const statusIdsOf = await lookUpStatusIds(store, this.query, all);
      return all.filter((id) => {
        const statusIds = statusIdsOf(id);
        // As in a list of the page, an item stays unless it is known not to pass.
        return !statusIds || contactMatchesFilter(filter, statusIds);
      });
    });
  }

  /** A page of the ids that pass. */
  async find(options: { pageSize?: number; pageToken?: string }): Promise<FindPage> {
    const { filter } = this.#host;
    return this.#request((store) => find(store, { ...this.query, filter, ...options }));
  }

  /** Starts the requests that waited for a store. */
  start(store: PipelineStore): void {
    for (const resolve of this.#waiting.splice(0)) resolve(store);
  }

  /** Rejects the running requests: the data source has changed. */
  abort(): void {
    for (const reject of this.#running) reject(abortedError());
  }

  /** Runs a request on the host's store. Rejects with a `PipelineError`: `aborted` if the data source changes meanwhile. */
  async #request<T>(run: (store: PipelineStore) => Promise<T>): Promise<T> {
    const store = await this.#resolveStore();
    if (!this.#isCurrent(store)) throw abortedError();
    return new Promise<T>((resolve, reject) => {
      this.#running.add(reject);
      run(store)
        .finally(() => this.#running.delete(reject))
        .then(
          (answer) => (this.#isCurrent(store) ? resolve(answer) : reject(abortedError())),
          (thrown: unknown) => reject(this.#isCurrent(store) ? PipelineError.from(thrown) : abortedError()),
        );
    });
  }

  /** The store; works right after the host created the element or set its adapter, and outside a page. */
  async #resolveStore(): Promise<PipelineStore> {
    const { isConnected, adapter } = this.#host;
    if (!isConnected) {
      if (adapter) return PipelineStore.of(adapter);
      throw new PipelineError('unavailable', 'The element is not in a page, so it has no adapter.');
    }
    await this.#config.updated();
    return this.store ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  #isCurrent(store: PipelineStore): boolean {
    const { isConnected, adapter } = this.#host;
    return isConnected ? store === this.store : !adapter || adapter === store.adapter;
  }
}

/** Warnings about ids; a list may have thousands that are not valid. */
const MAX_WARNINGS = 10;
let warnings = 0;

/** The id of an item as an adapter takes it; `undefined`, with a warning, for one that counts as without a status. */
export function validId(id: unknown): Id | undefined {
  try {
    return parseId(id);
  } catch (thrown) {
    const { message } = PipelineError.from(thrown);
    if (warnings++ < MAX_WARNINGS) warnOnce(`<pipeline-filter>: an item counts as one without a status. ${message}`);
    return undefined;
  }
}

/** The statuses of an item; `undefined` until they are loaded. */
export function loadedStatusIds(store: PipelineStore, { of, contactMatch }: CountQuery, id: Id): StatusIds | undefined {
  if (of === 'conversation') {
    const entry = store.entry(id);
    return entry && [entry.statusId];
  }
  const contact = store.cache(ContactCache).get(id);
  return contact && (contactMatch === 'latest' ? [contact.latest] : contact.statusIds);
}

/**
 * The statuses of many items: loaded ones, and the rest in one look-up; `undefined` for those that cannot be read. Rejects
 * with a `PipelineError`.
 */
async function lookUpStatusIds(
  store: PipelineStore,
  query: CountQuery,
  items: readonly Id[],
): Promise<(item: Id) => StatusIds | undefined> {
  const ids = new Map(items.map((item) => [item, validId(item)]));
  const missing = [...ids.values()].filter((id) => id !== undefined && !loadedStatusIds(store, query, id)) as Id[];
  const found = new Map<Id, StatusIds>();
  let unreadable: UnreadableRecords | undefined;
  if (missing.length && query.of === 'conversation') {
    const entries = await store.getEntries(missing);
    for (const [id, { statusId }] of entries) found.set(id, [statusId]);
    unreadable = unreadableIn(entries);
  } else if (missing.length) {
    const contacts = await getContacts(store, missing);
    for (const [id, { statusIds, latest }] of contacts) {
      found.set(id, query.contactMatch === 'latest' ? [latest] : statusIds);
    }
    unreadable = unreadableIn(contacts);
  }
  if (unreadable) {
    const { reportUnreadable } = await loadReading();
    reportUnreadable(store, unreadable.summary);
  }
  return (item) => {
    const id = ids.get(item);
    if (id === undefined) return NO_STATUS;
    const known = loadedStatusIds(store, query, id) ?? found.get(id);
    return known ?? (unreadable?.errorOf(id) ? undefined : NO_STATUS);
  };
}

/** A filter from a host's value; `undefined`, with a warning, if it is invalid. */
export function readFilter(value: unknown): Filter | undefined {
  try {
    return parseFilter(value);
  } catch (thrown) {
    const { message } = PipelineError.from(thrown);
    warnOnce(`<pipeline-filter>: ${message} Write { op: 'any-of', statusIds: ['id', null] }.`);
    return undefined;
  }
}

/** A filter from its URL form; `undefined`, with a warning, if it is invalid. */
export function readQuery(text: string | null): Filter | undefined {
  try {
    return parseFilterQuery(text ?? '');
  } catch (thrown) {
    const { message } = PipelineError.from(thrown);
    warnOnce(`<pipeline-filter>: ${message} Write value="op=any-of&status=ID".`);
    return undefined;
  }
}

/** An immutable copy. */
export const frozen = ({ op, statusIds }: Filter): Filter =>
  Object.freeze({ op, statusIds: Object.freeze([...statusIds]) });

/** Unlike `sameFilter()`, this tells empty filters with different conditions apart. */
export const isEqual = (a: Filter, b: Filter): boolean => a.op === b.op && formatFilter(a) === formatFilter(b);

/** The filter without some of its statuses. */
export const without = ({ op, statusIds }: Filter, ids: readonly (Id | null)[]): Filter => ({
  op,
  statusIds: statusIds.filter((id) => !ids.includes(id)),
});
