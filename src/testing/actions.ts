/** What the cases do and check, in the terms of the contract. */
import type { CallOptions, FindQuery, PipelineAdapter } from '../adapters/adapter.js';
import type { ConversationRef, Entry, SetResult } from '../model/entry.js';
import { PipelineError, type PipelineErrorCode } from '../model/errors.js';
import type { Id } from '../model/id.js';
import type { Status } from '../model/status.js';
import { BrokenRule, equal, holds, rejects } from './check.js';

export const COLOR = '#2775f8';

/** Creates statuses at the end, in this order; the id of each is its name in lower case. */
export async function createStatuses(
  adapter: PipelineAdapter,
  ...names: [string, ...string[]]
): Promise<[Status, ...Status[]]> {
  const statuses: Status[] = [];
  for (const name of names) statuses.push(await adapter.createStatus({ id: name.toLowerCase(), name, color: COLOR }));
  return statuses as [Status, ...Status[]];
}

export const listed = async (adapter: PipelineAdapter): Promise<readonly Status[]> =>
  (await adapter.listStatuses()).items;

export const listedIds = async (adapter: PipelineAdapter): Promise<Id[]> =>
  (await listed(adapter)).map((status) => status.id);

/** The status as it is currently listed. */
export async function currentStatus(adapter: PipelineAdapter, id: Id): Promise<Status> {
  const status = (await listed(adapter)).find((each) => each.id === id);
  holds(status !== undefined, `listStatuses must list the status "${id}".`, status);
  return status;
}

/** The version of the status; 0 if it is not listed. */
export const versionOf = async (adapter: PipelineAdapter, id: Id): Promise<number> =>
  (await listed(adapter)).find((status) => status.id === id)?.version ?? 0;

/** Deletes a status with its current version. */
export async function remove(adapter: PipelineAdapter, id: Id, moveTo?: Id | null): Promise<{ moved: number }> {
  const { version } = await currentStatus(adapter, id);
  return adapter.deleteStatus(id, moveTo === undefined ? { ifVersion: version } : { ifVersion: version, moveTo });
}

export const refs = (conversations: readonly (Id | ConversationRef)[]): ConversationRef[] =>
  conversations.map((each) => (typeof each === 'string' ? { conversationId: each } : each));

/** Sets the status of conversations, which must succeed; resolves to the entries. */
export async function setStatusOf(
  adapter: PipelineAdapter,
  statusId: Id | null,
  ...conversations: (Id | ConversationRef)[]
): Promise<[Entry, ...Entry[]]> {
  const results = await adapter.setStatus(refs(conversations), statusId);
  equal(results.length, conversations.length, 'setStatus must resolve to one result for each conversation.');
  return results.map(succeeded) as [Entry, ...Entry[]];
}

export function succeeded(result: SetResult): Entry {
  if (!result.ok)
    throw new BrokenRule('setStatus must accept a valid conversation and a live status.', 'ok: true', result.error);
  return result.entry;
}

/** Adds conversations; an adapter without `putConversations` sets "no status" instead, which adds them too. */
export async function addConversations(
  adapter: PipelineAdapter,
  ...conversations: (Id | ConversationRef)[]
): Promise<void> {
  if (adapter.putConversations) await adapter.putConversations(refs(conversations));
  else await setStatusOf(adapter, null, ...conversations);
}

/** The entries of these conversations that have one. */
export async function entriesOf(adapter: PipelineAdapter, ...ids: Id[]): Promise<Record<Id, Entry>> {
  return Object.fromEntries(await adapter.getEntries(ids));
}

export async function entryOf(adapter: PipelineAdapter, id: Id): Promise<Entry> {
  const entry = (await adapter.getEntries([id])).get(id);
  holds(entry !== undefined, `getEntries must find the conversation "${id}", which was given a status before.`, entry);
  return entry;
}

/** The statuses of these conversations; a missing entry is no status. */
export async function statusesOf(adapter: PipelineAdapter, ...ids: Id[]): Promise<(Id | null)[]> {
  const entries = await adapter.getEntries(ids);
  return ids.map((id) => entries.get(id)?.statusId ?? null);
}

export const statusOf = async (adapter: PipelineAdapter, id: Id): Promise<Id | null> =>
  (await statusesOf(adapter, id))[0]!;

/** Everything that can be read of these conversations and of the statuses. */
export async function snapshot(adapter: PipelineAdapter, conversationIds: readonly Id[] = []): Promise<unknown> {
  return {
    statuses: await listed(adapter),
    entries: [...(await adapter.getEntries(conversationIds))].sort(([a], [b]) => (a < b ? -1 : 1)),
    counts: adapter.count && (await countsOf(adapter, { of: 'conversation' })),
  };
}

/** Fails unless everything that can be read is the same after `act` as before. */
export async function changesNothing(
  adapter: PipelineAdapter,
  conversationIds: readonly Id[],
  act: () => Promise<unknown>,
  rule = 'A rejected write must change nothing.',
): Promise<void> {
  const before = await snapshot(adapter, conversationIds);
  await act();
  equal(await snapshot(adapter, conversationIds), before, rule);
}

/** Fails unless the call is rejected with the code: by rejecting, or in the result of each conversation. */
export async function rejectsSetStatus(
  call: Promise<readonly SetResult[]>,
  code: PipelineErrorCode | readonly PipelineErrorCode[],
  rule: string,
): Promise<PipelineError> {
  const asRejection = call.then((results) => {
    const rejected = results.find((result) => !result.ok);
    if (!rejected || results.some((result) => result.ok)) return results;
    throw rejected.error;
  });
  return rejects(asRejection, code, rule);
}

/** The counts as a sorted record without zeroes, so that equivalent counts compare as equal. */
export async function countsOf(
  adapter: PipelineAdapter,
  query: Parameters<NonNullable<PipelineAdapter['count']>>[0],
): Promise<{ none: number; byStatus: [Id, number][] }> {
  const { byStatus, none } = await adapter.count!(query);
  return { none, byStatus: [...byStatus].filter(([, count]) => count !== 0).sort(([a], [b]) => (a < b ? -1 : 1)) };
}

/** More pages than the suite ever needs, short and empty ones included. */
const MAX_PAGES = 100;

/** The pages of a query from first to last. `between` runs after each page but the last. */
export async function pagesOf(
  adapter: PipelineAdapter,
  query: Omit<FindQuery, 'pageToken'>,
  between: (page: number) => Promise<void> = async () => {},
): Promise<Id[][]> {
  const pages: Id[][] = [];
  let pageToken: string | undefined;
  do {
    const page = await adapter.find!(pageToken === undefined ? query : { ...query, pageToken });
    pages.push([...page.ids]);
    pageToken = page.nextPageToken;
    holds(pages.length < MAX_PAGES, 'find must come to an end: the last page has no nextPageToken.', pages.slice(0, 5));
    if (pageToken !== undefined) await between(pages.length);
  } while (pageToken !== undefined);
  return pages;
}

/** Every id of a query, page by page. */
export async function allOf(adapter: PipelineAdapter, query: Omit<FindQuery, 'pageToken'>): Promise<Id[]> {
  return (await pagesOf(adapter, query)).flat();
}

type Call = (adapter: PipelineAdapter, options: CallOptions, versionOfA: number) => Promise<unknown> | undefined;

/** One call of every method, after `prepareCalls`. A method that the adapter lacks is not called. */
export const CALLS: Readonly<Record<string, Call>> = {
  listStatuses: (adapter, options) => adapter.listStatuses(options),
  createStatus: (adapter, options) => adapter.createStatus({ id: 'new', name: 'New', color: COLOR }, options),
  updateStatus: (adapter, options, ifVersion) =>
    adapter.updateStatus('a', { name: 'Renamed' }, { ...options, ifVersion }),
  moveStatus: (adapter, options) => adapter.moveStatus('b', null, options),
  deleteStatus: (adapter, options, ifVersion) => adapter.deleteStatus('a', { ...options, ifVersion, moveTo: 'b' }),
  restoreStatus: (adapter, options) => adapter.restoreStatus?.('d', options),
  getEntries: (adapter, options) => adapter.getEntries(['c1'], options),
  setStatus: (adapter, options) => adapter.setStatus([{ conversationId: 'c1' }], 'b', options),
  putConversations: (adapter, options) => adapter.putConversations?.([{ conversationId: 'c9' }], options),
  getContacts: (adapter, options) => adapter.getContacts?.(['p1'], options),
  count: (adapter, options) => adapter.count?.({ of: 'conversation' }, options),
  find: (adapter, options) => adapter.find?.({ of: 'conversation', filter: { op: 'any-of', statusIds: [] } }, options),
  history: (adapter, options) => adapter.history?.('c1', options),
  forget: (adapter, options) => adapter.forget?.({ conversationIds: ['c2'] }, options),
};

/** Creates the statuses a and b, the deleted status d, and the conversations c1 and c2 with the status a. */
export async function prepareCalls(adapter: PipelineAdapter): Promise<void> {
  await createStatuses(adapter, 'A', 'B', 'D');
  await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' }, 'c2');
  await remove(adapter, 'd');
}

/** The values of the calls that succeeded and the error codes of those that were rejected. */
export async function outcomes<T>(calls: readonly Promise<T>[]): Promise<{ done: T[]; rejected: string[] }> {
  const settled = await Promise.allSettled(calls);
  const rejected = settled.flatMap((each): unknown[] => (each.status === 'rejected' ? [each.reason] : []));
  const foreign = rejected.find((error) => !(error instanceof PipelineError));
  if (foreign)
    throw new BrokenRule('An adapter rejects with a PipelineError and nothing else.', 'a PipelineError', foreign);
  return {
    done: settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
    rejected: rejected.map((error) => (error as PipelineError).code),
  };
}

/** `setStatus` for one conversation, which rejects in either case. */
export async function pick(
  adapter: PipelineAdapter,
  id: string,
  statusId: string | null,
  ifVersion?: number,
): Promise<void> {
  const [result] = await adapter.setStatus(
    [{ conversationId: id }],
    statusId,
    ifVersion === undefined ? {} : { ifVersion },
  );
  if (!result!.ok) throw result!.error;
}
