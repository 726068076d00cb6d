/** Compares `IndexedDBAdapter` with `MemoryAdapter` by random operations. */
import { expect } from '@open-wc/testing';
import type { ConversationRef } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { CountQuery, PipelineAdapter } from '../adapter.js';
import { MemoryAdapter } from '../memory.js';
import { resolveSignature, signatureOf } from './contacts.js';
import type { ContactRow, ConversationRow } from './schema.js';
import { Connection } from './connection.js';
import { purge } from './purge.js';
import { IndexedDBAdapter } from './adapter.js';
import { cleanUp, freshName, inspect, keep } from './test-helpers.js';

const OPERATIONS = 500;
/** After so many, all that can be read is compared; what each call answers is compared always. */
const LOOK = 20;
const CONVERSATIONS = 40;
const CONTACTS = 12;
const STATUSES = 6;

type Full = Required<PipelineAdapter>;

/** mulberry32 */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

/** What a call comes to, without what may differ: versions. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  try {
    return plain(await call);
  } catch (thrown) {
    if (!(thrown instanceof PipelineError)) throw thrown;
    const { code, field, count } = thrown;
    return { code, field, count };
  }
}

function plain(value: unknown): unknown {
  if (value instanceof PipelineError) return { code: value.code };
  if (value instanceof Map)
    return Object.fromEntries([...value].sort().map(([key, each]) => [String(key), plain(each)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const { version: _, seq: __, ...rest } = value as Record<string, unknown>;
  return Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, plain(each)]));
}

const conversationIds = Array.from({ length: CONVERSATIONS }, (_, i) => `conversation-${i}`);
const contactIds = Array.from({ length: CONTACTS }, (_, i) => `contact-${i}`);
const QUERIES: CountQuery[] = [
  { of: 'conversation' },
  { of: 'contact' },
  { of: 'contact', contactMatch: 'any' },
  { of: 'contact', contactMatch: 'latest' },
];

async function walk(adapter: Full, query: CountQuery, filter: Filter, pageSize: number): Promise<Id[][]> {
  const pages: Id[][] = [];
  for (let pageToken: string | undefined; ;) {
    const page = await adapter.find({ ...query, filter, pageSize, ...(pageToken === undefined ? {} : { pageToken }) });
    pages.push([...page.ids]);
    if ((pageToken = page.nextPageToken) === undefined) return pages;
  }
}

async function everything(
  adapter: Full,
  filters: readonly Filter[],
  pageSize: number,
): Promise<Record<string, unknown>> {
  const contacts = [...(await adapter.getContacts(contactIds))].map(
    ([id, { statusIds, latest }]) => [id, { statusIds: [...statusIds].sort(), latest }] as const,
  );
  return {
    statuses: plain((await adapter.listStatuses()).items),
    entries: plain(await adapter.getEntries(conversationIds)),
    contacts: plain(new Map(contacts)),
    counts: await Promise.all(QUERIES.map(async (query) => plain(await adapter.count(query)))),
    pages: await Promise.all(
      QUERIES.flatMap((query) => filters.map((filter) => walk(adapter, query, filter, pageSize))),
    ),
    histories: await Promise.all(conversationIds.map((id) => adapter.history(id))),
  };
}

describe('IndexedDBAdapter compared with MemoryAdapter', () => {
  const realNow = Date.now;
  afterEach(async () => {
    Date.now = realNow;
    await cleanUp();
  });

  const seeds = [1, 20, Math.floor(realNow() / 1000)];
  const variants = seeds.flatMap((seed) => [
    { seed, undoPeriodMs: Infinity, title: `says the same after every one of ${OPERATIONS} random operations` },
    // By the clock of the test, which takes 7 ms for each operation.
    { seed, undoPeriodMs: 400, title: 'says the same while deleted statuses are purged' },
  ]);
  for (const { seed, undoPeriodMs, title } of variants) {
    it(`${title} (seed ${seed})`, async function () {
      this.timeout(120_000);
      const isPurging = undoPeriodMs < Infinity;
      let created = 0;
      const random = randomOf(seed);
      const chance = (percent: number): boolean => random(100) < percent;
      const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
      // While statuses are purged, an id is used once: when it is free again is up to the adapter.
      const statusId = (): Id => `status-${isPurging ? Math.max(0, created - random(2 * STATUSES)) : random(STATUSES)}`;
      const anyId = (): Id | null => (chance(20) ? null : statusId());
      const ref = (): ConversationRef => ({
        conversationId: pick(conversationIds),
        ...(chance(50) ? { contactId: pick(contactIds) } : {}),
        ...(chance(60) ? { activityAt: random(30) * 10 } : {}),
      });
      const refs = (): ConversationRef[] => Array.from({ length: 1 + random(chance(20) ? 12 : 3) }, ref);
      const versionOf = async (adapter: Full, id: Id): Promise<number> =>
        (await adapter.listStatuses()).items.find((status) => status.id === id)?.version ?? 0;

      const operation = (): ((adapter: Full) => Promise<unknown>) => {
        const id = statusId();
        switch (random(10)) {
          case 0: {
            const after = chance(50) ? {} : { after: anyId() };
            const newId = isPurging ? `status-${++created}` : id;
            const data = {
              id: newId,
              name: `Name ${random(12)}`,
              color: pick(['#112233', '#AABBCC', 'red']),
              ...after,
            };
            return (adapter) => adapter.createStatus(data);
          }
          case 1: {
            const patch = {
              ...(chance(70) ? { name: `Name ${random(12)}` } : {}),
              ...(chance(50) ? { color: '#445566' } : {}),
            };
            const stale = chance(20) ? 1000 : 0;
            return async (adapter) =>
              adapter.updateStatus(id, patch, { ifVersion: (await versionOf(adapter, id)) + stale });
          }
          case 2: {
            const after = anyId();
            return (adapter) => adapter.moveStatus(id, after);
          }
          case 3: {
            const move = chance(30) ? {} : { moveTo: anyId() };
            return async (adapter) => adapter.deleteStatus(id, { ifVersion: await versionOf(adapter, id), ...move });
          }
          case 4:
            return (adapter) => adapter.restoreStatus(id);
          case 5: {
            const list = refs().map((each) => (chance(10) ? { ...each, contactId: null } : each));
            return (adapter) => adapter.putConversations(list);
          }
          case 6: {
            const one = ref();
            const to = anyId();
            const stale = chance(30) ? 1000 : 0;
            return async (adapter) => {
              const entry = (await adapter.getEntries([one.conversationId])).get(one.conversationId);
              return adapter.setStatus([one], to, { ifVersion: (entry?.version ?? 0) + stale });
            };
          }
          case 7: {
            const query = {
              ...(chance(70) ? { conversationIds: refs().map((each) => each.conversationId) } : {}),
              ...(chance(30) ? { contactIds: [pick(contactIds)] } : {}),
            };
            return (adapter) => adapter.forget(query);
          }
          default: {
            const list = refs();
            const to = anyId();
            return (adapter) => adapter.setStatus(list, to);
          }
        }
      };

      const name = freshName();
      const memory = new MemoryAdapter({ undoPeriodMs });
      const stored = keep(new IndexedDBAdapter({ database: name, undoPeriodMs }));
      const connection = new Connection(name, { lost: () => undefined, opened: () => undefined });
      // A status whose undo period is over may be gone or not, and with it the place after it.
      const known = (result: unknown): unknown => {
        if (!isPurging) return result;
        const text = JSON.stringify(result ?? null).replaceAll('"status-deleted"', '"not-found"');
        return JSON.parse(text.replaceAll(/"rank":"\w+"/g, '"rank":""'));
      };
      let clock = 1_000_000;
      Date.now = () => clock;
      for (let step = 0; step < OPERATIONS; step++) {
        clock += 7;
        const run = operation();
        const [actually, expected] = [known(await outcome(run(stored))), known(await outcome(run(memory)))];
        expect(actually, `step ${step}: ${run.toString()}`).to.deep.equal(expected);
        if (step % LOOK && step < OPERATIONS - 1) continue;
        if (isPurging) await purge(connection, { undoPeriodMs }, () => false);
        await checkSums(name);
        const filters: Filter[] = [
          { op: 'any-of', statusIds: [] },
          { op: 'any-of', statusIds: [anyId(), anyId()] },
          { op: 'none-of', statusIds: [anyId(), anyId(), anyId()] },
        ];
        const pageSize = 1 + random(12);
        const [actual, wanted] = [
          await everything(stored, filters, pageSize),
          await everything(memory, filters, pageSize),
        ];
        for (const part of Object.keys(wanted)) {
          expect(known(actual[part]), `${part} after step ${step}: ${run.toString()}`).to.deep.equal(
            known(wanted[part]),
          );
        }
      }
      connection.close();
    });
  }
});

/** What is kept summed up, against a recount of the rows it sums up. */
async function checkSums(name: string): Promise<void> {
  const { conversations, contacts, counters, journal } = await inspect(name, async (database) => ({
    conversations: await database.getAll('conversations'),
    contacts: await database.getAll('contacts'),
    counters: await database.getAll('counters'),
    journal: await database.get('meta', 'journal'),
  }));
  const byContact = new Map<Id, ConversationRow[]>();
  const recount = new Map<string, number>();
  const held = new Map<string, number>();
  const add = (key: string): unknown => recount.set(key, (recount.get(key) ?? 0) + 1);
  for (const row of conversations) {
    held.set(row.statusId, (held.get(row.statusId) ?? 0) + 1);
    if (row.contactId !== undefined) byContact.set(row.contactId, [...(byContact.get(row.contactId) ?? []), row]);
  }
  const wanted: ContactRow[] = [...byContact].map(([contactId, rows]) => {
    const latest = rows.sort((a, b) => a.order - b.order || (a.conversationId < b.conversationId ? -1 : 1))[0]!;
    const held = new Map<string, number>();
    for (const { statusId } of rows) held.set(statusId, (held.get(statusId) ?? 0) + 1);
    const signature = signatureOf(held.keys());
    add(`s:${signature}`);
    add(`l:${latest.statusId}`);
    const { conversationId: latestId, order, statusId } = latest;
    return { contactId, held: [...held].sort(), signature, latest: statusId, latestId, order };
  });
  const actual = contacts.map((row) => ({ ...row, held: [...row.held].sort() }));
  expect(actual).to.have.deep.members(wanted);
  expect(Object.fromEntries(counters.map(({ key, n }) => [key, n]))).to.deep.equal(Object.fromEntries(recount));
  expect(new Map(journal?.held)).to.deep.equal(held);
  const rows = new Map(['a', 'b'].map((id) => [id, { id, name: id, color: '#000000' as const, rank: id, version: 1 }]));
  expect(resolveSignature(rows, signatureOf(['b', '', 'a']))).to.deep.equal([null, 'a', 'b']);
}
