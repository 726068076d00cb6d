/** Picks that could not be sent outlive their adapter and their page, and reach nobody else's session. */
import { expect } from '@open-wc/testing';
import { openDB, type IDBPDatabase } from 'idb';
import type { SetResult } from '../../model/entry.js';
import type { PipelineError } from '../../model/errors.js';
import { Mutations } from '../../store/mutations.js';
import { PipelineStore, setWaitingHandler } from '../../store/pipeline.js';
import { watching } from '../../store/test-watching.js';
import { MemoryAdapter } from '../memory.js';
import type { SettledWrite } from '../adapter.js';
import { RestAdapter, type RestOptions } from './adapter.js';
import { BrowserOutboxStorage } from './outbox-storage.js';
import { TestEnvironment, settle, until } from './test-environment.js';
import { BASE, WireServer, networkError, problem, type Seen } from './test-wire.js';

setWaitingHandler((store, settled) => Mutations.of(store).handleWaiting(settled));

const DATABASE = 'pipeline-elements:outbox';
const DAY = 24 * 60 * 60 * 1000;
const SECRET = 'Bearer token-of-ani';

const isWrite = ({ method, path }: Seen): boolean => method === 'PUT' || path.endsWith('/batch-set');
const codes = (results: readonly SetResult[]): string[] => results.map((each) => (each.ok ? 'ok' : each.error.code));

async function openOutbox(): Promise<IDBPDatabase> {
  return openDB(DATABASE, 1, {
    upgrade: (database) => void database.createObjectStore('writes', { keyPath: ['base', 'scope', 'key'] }),
  });
}

/** The records of the database. */
async function stored(): Promise<{ key: string; since: number }[]> {
  const database = await openOutbox();
  const all = (await database.getAll('writes')) as { key: string; since: number }[];
  database.close();
  return all;
}

/** A page with an adapter: what it has in memory ends with it. */
class Page {
  readonly environment = new TestEnvironment();
  readonly adapter: RestAdapter;
  readonly settled: SettledWrite[] = [];
  /** How each pick ended: a code. */
  readonly picks: string[] = [];
  readonly failures: PipelineError[] = [];

  constructor(
    readonly inbox: Inbox,
    options: Partial<RestOptions> = {},
  ) {
    Object.assign(this.environment, { outboxStorage: new BrowserOutboxStorage(), time: inbox.time });
    this.adapter = new RestAdapter({ baseUrl: BASE, fetch: inbox.fetch, ...options }, this.environment);
    this.adapter.onWaiting((settled) => {
      if (settled) this.settled.push(settled);
    });
  }

  /** Picks, and waits until the pick waits for the network. */
  async pick(statusId: string | null, ...ids: string[]): Promise<void> {
    const before = this.adapter.waiting;
    const index = this.picks.push('') - 1;
    const refs = ids.map((conversationId) => ({ conversationId }));
    this.adapter.setStatus(refs, statusId).then(
      (results) => (this.picks[index] = codes(results).join()),
      (error: PipelineError) => {
        this.picks[index] = error.code;
        this.failures.push(error);
      },
    );
    await until(() => this.adapter.waiting !== before || this.picks[index], 'the pick to wait');
  }

  /** Advances the time until a condition holds. */
  async passUntil(check: () => unknown, what: string): Promise<void> {
    await until(async () => {
      await this.environment.advance(Math.min(this.environment.waits[0] ?? 0, 30_000));
      return check();
    }, what);
  }
}

/** A server, and the pages of one browser. */
class Inbox {
  readonly server = new WireServer();
  readonly pages: Page[] = [];
  readonly users = new Map<string, MemoryAdapter>();
  /** What the server refuses writes with; a network failure by default. `undefined`: it accepts them. */
  refusal: (() => Response | Error) | undefined = networkError;
  time = new TestEnvironment().time;

  readonly fetch: typeof fetch = (...args) => this.server.fetch(...args);

  constructor(readonly isNamed = true) {
    this.server.faults.before = (seen) => (isWrite(seen) ? this.refusal?.() : undefined);
  }

  async signIn(user: string): Promise<void> {
    let data = this.users.get(user);
    if (!data) {
      this.users.set(user, (data = new MemoryAdapter()));
      for (const id of ['a', 'b']) await data.createStatus({ id, name: `${id} of ${user}`, color: '#2775f8' });
    }
    this.server.adapter = data;
    if (this.isNamed) this.server.session = user;
  }

  async open(options?: Partial<RestOptions>): Promise<Page> {
    const page = new Page(this, options);
    this.pages.push(page);
    await page.adapter.listStatuses();
    return page;
  }

  history = async (user: string, id = 'c1'): Promise<(string | null)[]> =>
    (await this.users.get(user)!.history(id)).map(({ to }) => to);

  get writes(): Seen[] {
    return this.server.seen.filter(isWrite);
  }

  /** The keys of the writes that were sent from now on. */
  watchKeys(): () => string[] {
    const from = this.writes.length;
    return () => this.writes.slice(from).map(({ headers }) => headers.get('idempotency-key')!);
  }
}

describe('the outbox of the REST adapter', () => {
  let inbox: Inbox;

  beforeEach(async () => {
    const database = await openOutbox();
    await database.clear('writes');
    database.close();
    inbox = new Inbox();
    await inbox.signIn('ani');
  });

  afterEach(async () => {
    for (const { adapter } of inbox.pages) await adapter.close();
  });

  const isEmpty = (): Promise<void> => until(async () => !(await stored()).length, 'the outbox to be empty');
  const reaches = (expected: (string | null)[], user = 'ani', id = 'c1'): Promise<void> =>
    until(async () => String(await inbox.history(user, id)) === String(expected), `${user}'s history of ${id}`);

  it('a pick that waits is sent by the next adapter, with its key, once', async () => {
    const first = await inbox.open();
    await first.pick('a', 'c1');
    await until(async () => (await stored()).length, 'the record');
    const { key } = (await stored())[0]!;
    await first.adapter.close();
    expect(first.picks).to.deep.equal(['aborted']);
    expect(first.failures[0]!.message).to.contain('The write is kept');
    inbox.refusal = undefined;
    const keys = inbox.watchKeys();
    const next = await inbox.open();
    await reaches(['a']);
    await isEmpty();
    expect(keys()).to.deep.equal([key]);
    expect(next.settled.map(({ write, results }) => [write.statusId, ...codes(results)])).to.deep.equal([['a', 'ok']]);
    expect(next.adapter.waiting).to.deep.equal([]);
  });

  it('a pick is stored while its first attempt has no answer', async () => {
    const page = await inbox.open();
    let answer!: (response: Response) => void;
    inbox.server.faults.before = (seen) =>
      isWrite(seen) ? new Promise<Response>((resolve) => (answer = resolve)) : undefined;
    const pick = page.adapter.setStatus([{ conversationId: 'c1' }], 'a').catch((error: PipelineError) => error.code);
    await until(async () => (await stored()).length === 1, 'the record');
    answer(problem(403, 'forbidden'));
    expect(await pick).to.equal('forbidden');
    await isEmpty();
  });

  it('picks are sent in their order', async () => {
    const first = await inbox.open();
    for (const id of ['c3', 'c1', 'c2']) {
      first.environment.time++;
      await first.pick('a', id);
    }
    await first.adapter.close();
    inbox.refusal = undefined;
    const from = inbox.writes.length;
    await inbox.open();
    await isEmpty();
    const paths = inbox.writes.slice(from).map(({ path }) => path.split('/')[2]);
    expect(paths).to.deep.equal(['c3', 'c1', 'c2']);
  });

  it('two adapters that find the same pick send it once', async () => {
    const first = await inbox.open();
    await first.pick('a', 'c1');
    await first.adapter.close();
    inbox.refusal = undefined;
    const keys = inbox.watchKeys();
    const pages = await Promise.all([inbox.open(), inbox.open(), inbox.open()]);
    await isEmpty();
    for (const { environment } of pages) await environment.advance(60_000);
    expect(keys()).to.have.length(1);
  });

  it('a pick of a tab that still waits is sent by that tab, and by another one as soon as it ends', async () => {
    const first = await inbox.open();
    const second = await inbox.open();
    await first.pick('a', 'c1');
    const third = await inbox.open();
    for (const page of [second, third]) await page.environment.advance(60_000);
    expect([second.adapter.waiting, third.adapter.waiting]).to.deep.equal([[], []]);
    inbox.refusal = undefined;
    await first.adapter.close();
    await reaches(['a']);
    await isEmpty();
    expect(inbox.writes.map(({ headers }) => headers.get('idempotency-key')).length).to.be.below(4);
  });

  it('a later pick in another tab supersedes a waiting one', async () => {
    const first = await inbox.open();
    const second = await inbox.open();
    await first.pick('a', 'c1');
    await second.pick('b', 'c1');
    await until(async () => (await stored()).length === 1, 'the first one to be gone');
    inbox.refusal = undefined;
    await first.passUntil(() => first.picks[0], 'the end of the first pick');
    expect(first.picks).to.deep.equal(['aborted']);
    await second.passUntil(() => second.picks[0], 'the second pick');
    expect(await inbox.history('ani')).to.deep.equal(['b']);
  });

  it('1,000 conversations that wait are all sent by the next adapter', async () => {
    const ids = Array.from({ length: 1000 }, (_, n) => `c${n}`);
    const first = await inbox.open();
    await first.pick('a', ...ids);
    await until(async () => (await stored()).length === 5, 'five requests');
    await first.adapter.close();
    inbox.refusal = undefined;
    await inbox.open();
    await isEmpty();
    const { byStatus } = await inbox.users.get('ani')!.count({ of: 'conversation' });
    expect(byStatus.get('a')).to.equal(1000);
  });

  for (const how of ['closed', 'open'] as const) {
    it(`a pick is not sent in another session, and is when its own is back; its adapter is ${how}`, async () => {
      const first = await inbox.open();
      await first.pick('a', 'c1');
      if (how === 'closed') await first.adapter.close();
      await inbox.signIn('budi');
      inbox.refusal = undefined;
      const second = how === 'closed' ? await inbox.open() : first;
      await second.adapter.listStatuses();
      await second.environment.advance(60_000);
      expect(inbox.writes.filter(({ headers }) => headers.get('pipeline-session') === 'budi')).to.deep.equal([]);
      expect(await inbox.history('budi')).to.deep.equal([]);
      await until(async () => (await stored()).length === 1, 'the record');
      await inbox.signIn('ani');
      await second.adapter.listStatuses();
      await reaches(['a']);
      await isEmpty();
      expect(await inbox.history('budi')).to.deep.equal([]);
    });
  }

  it('a pick made before the server has named the session belongs to it', async () => {
    const first = new Page(inbox);
    inbox.pages.push(first);
    await first.pick('a', 'c1');
    await first.adapter.listStatuses();
    await first.adapter.close();
    inbox.refusal = undefined;
    const next = await inbox.open();
    await reaches(['a']);
    await isEmpty();
    expect(next.settled.map(({ results }) => codes(results))).to.deep.equal([['ok']]);
  });

  it('a pick that is found while someone else signs in is not sent as them', async () => {
    const first = await inbox.open();
    await first.pick('a', 'c1');
    await first.adapter.close();
    inbox.refusal = undefined;
    const second = new Page(inbox);
    inbox.pages.push(second);
    const storage = second.environment.outboxStorage;
    let reads = 0;
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    second.environment.outboxStorage = {
      isShared: true,
      update: async (...args) => {
        reads++;
        const result = await storage.update(...args);
        await released;
        return result;
      },
    };
    const adapter = new RestAdapter({ baseUrl: BASE, fetch: inbox.fetch }, second.environment);
    await adapter.listStatuses();
    await until(() => reads, 'the outbox to be read');
    await inbox.signIn('budi');
    await adapter.getEntries(['c1']);
    release();
    await until(() => reads > 2, 'the outbox to be read again');
    await second.environment.advance(60_000);
    expect(await inbox.history('budi')).to.deep.equal([]);
    await inbox.signIn('ani');
    await adapter.listStatuses();
    await reaches(['a']);
    await isEmpty();
    expect(inbox.writes.filter(({ headers }) => headers.get('pipeline-session') === 'budi')).to.deep.equal([]);
    await adapter.close();
  });

  it('a pick that was refused because the sign-in has expired is kept, and sent after the next one', async () => {
    const first = await inbox.open();
    inbox.refusal = () => problem(401, 'auth');
    await first.pick('a', 'c1');
    expect(first.picks).to.deep.equal(['auth']);
    await first.adapter.close();
    inbox.refusal = undefined;
    await inbox.open();
    await reaches(['a']);
    await isEmpty();
  });

  it('a pick that was refused is not kept', async () => {
    const first = await inbox.open();
    inbox.refusal = () => problem(403, 'forbidden');
    await first.pick('a', 'c1');
    await isEmpty();
    await first.adapter.close();
    const next = await inbox.open();
    await settle();
    expect(next.adapter.waiting).to.deep.equal([]);
  });

  it('after a day a pick is reported instead of sent', async () => {
    const first = await inbox.open();
    await first.pick('a', 'c1');
    await first.adapter.close();
    inbox.refusal = undefined;
    inbox.time += DAY + 1;
    const keys = inbox.watchKeys();
    const next = await inbox.open();
    await until(() => next.settled.length, 'the report');
    expect(next.settled.map(({ results }) => codes(results))).to.deep.equal([['offline']]);
    await isEmpty();
    expect(keys()).to.deep.equal([]);
  });

  it('picks of a session that never comes back are deleted after a month', async () => {
    const first = await inbox.open();
    await first.pick('a', 'c1');
    await first.adapter.close();
    await inbox.signIn('budi');
    inbox.time += 29 * DAY;
    await (await inbox.open()).adapter.close();
    expect(await stored()).to.have.length(1);
    inbox.time += 2 * DAY;
    await inbox.open();
    await isEmpty();
  });

  it('the database has no name of a session, no token and no address', async () => {
    for (const isNamed of [true, false]) {
      inbox = new Inbox(isNamed);
      await inbox.signIn('ani');
      await (await inbox.open({ headers: { authorization: SECRET } })).pick('a', 'c1');
    }
    await until(async () => (await stored()).length === 2, 'both');
    const text = JSON.stringify(await stored());
    for (const secret of ['ani', 'Bearer', SECRET, BASE, new URL(BASE).host]) expect(text).to.not.contain(secret);
  });

  it('records that are no picks are ignored', async () => {
    const first = await inbox.open();
    await first.pick('a', 'c1');
    await first.adapter.close();
    const [{ key: _, ...good }] = (await stored()) as [{ key: string; since: number }];
    const database = await openOutbox();
    const broken = [
      { refs: 7 },
      { refs: [{ conversationId: '' }] },
      { statusId: '..' },
      { since: 'now' },
      { refs: [] },
    ];
    for (const [n, fields] of broken.entries()) await database.put('writes', { ...good, key: `k${n}`, ...fields });
    database.close();
    inbox.refusal = undefined;
    const keys = inbox.watchKeys();
    await inbox.open();
    await reaches(['a']);
    expect(keys()).to.have.length(1);
  });

  describe('with a server that does not name its sessions', () => {
    beforeEach(async () => {
      inbox = new Inbox(false);
      await inbox.signIn('ani');
    });

    for (const headers of [{}, { authorization: SECRET }]) {
      it(`a pick is sent with the same credentials: ${JSON.stringify(Object.keys(headers))}`, async () => {
        const first = await inbox.open({ headers });
        await first.pick('a', 'c1');
        await first.adapter.close();
        inbox.refusal = undefined;
        await inbox.open({ headers });
        await reaches(['a']);
        await isEmpty();
      });
    }

    it('a pick is dropped with its reason when the credentials are others', async () => {
      const first = await inbox.open({ headers: { authorization: SECRET } });
      await first.pick('a', 'c1');
      await first.adapter.close();
      inbox.refusal = undefined;
      const keys = inbox.watchKeys();
      const next = await inbox.open({ headers: { authorization: 'Bearer token-of-budi' } });
      await until(() => next.settled.length, 'the report');
      expect(next.settled.map(({ results }) => codes(results))).to.deep.equal([['session-changed']]);
      await isEmpty();
      expect(keys()).to.deep.equal([]);
    });

    it('a pick of another user whose tab is open is left alone', async () => {
      const first = await inbox.open({ headers: { authorization: SECRET } });
      await first.pick('a', 'c1');
      const next = await inbox.open({ headers: { authorization: 'Bearer token-of-budi' } });
      await next.environment.advance(60_000);
      await until(async () => (await stored()).length === 1, 'the record');
      expect(next.settled).to.deep.equal([]);
      inbox.refusal = undefined;
      await first.passUntil(() => first.picks[0], 'the pick');
      expect(first.picks).to.deep.equal(['ok']);
    });

    it('a pick that was refused with 401 is not kept', async () => {
      const first = await inbox.open();
      inbox.refusal = () => problem(401, 'auth');
      await first.pick('a', 'c1');
      expect(first.picks).to.deep.equal(['auth']);
      await isEmpty();
    });
  });

  describe('in browsers that lack something', () => {
    const restorers: (() => void)[] = [];
    const replace = (target: object, name: string, value: unknown): void => {
      const own = Object.getOwnPropertyDescriptor(target, name);
      Object.defineProperty(target, name, { configurable: true, value });
      restorers.push(() => (own ? Object.defineProperty(target, name, own) : Reflect.deleteProperty(target, name)));
    };

    afterEach(() => {
      for (const restore of restorers.splice(0)) restore();
    });

    it('plain http, without Web Locks and SubtleCrypto: a pick is stored and sent once, and nothing is readable', async () => {
      replace(navigator, 'locks', undefined);
      replace(crypto, 'subtle', undefined);
      const first = await inbox.open({ headers: { authorization: SECRET } });
      await first.pick('a', 'c1');
      await until(async () => (await stored()).length === 1, 'the record');
      expect(JSON.stringify(await stored())).to.not.match(/ani|api\.test/);
      await first.adapter.close();
      inbox.refusal = undefined;
      await inbox.open({ headers: { authorization: SECRET } });
      await reaches(['a']);
      await isEmpty();
    });

    for (const [what, open] of Object.entries({
      'no storage': () => {
        throw new DOMException('denied', 'SecurityError');
      },
      'a storage that never answers': () => new EventTarget(),
    })) {
      it(`${what}: a pick outlives its adapter in memory`, async () => {
        replace(indexedDB, 'open', open);
        const storage = new BrowserOutboxStorage();
        const first = new Page(inbox);
        first.environment.outboxStorage = storage;
        const adapter = new RestAdapter({ baseUrl: BASE, fetch: inbox.fetch }, first.environment);
        await adapter.listStatuses();
        const pick = adapter.setStatus([{ conversationId: 'c1' }], 'a').catch((error: PipelineError) => error.code);
        await until(() => adapter.waiting.length, 'the pick to wait');
        await adapter.close();
        expect(await pick).to.equal('aborted');
        inbox.refusal = undefined;
        const next = new RestAdapter({ baseUrl: BASE, fetch: inbox.fetch }, first.environment);
        await next.listStatuses();
        await reaches(['a']);
        await next.close();
      });

      it(`${what}: a pick is sent when the network is back`, async () => {
        replace(indexedDB, 'open', open);
        const page = await inbox.open();
        await page.pick('a', 'c1');
        inbox.refusal = undefined;
        await page.passUntil(() => page.picks[0], 'the pick');
        expect(page.picks).to.deep.equal(['ok']);
      });
    }

    it('a database of a later release: picks are kept in memory, and its data stays', async () => {
      const later = await openDB(DATABASE, 2);
      later.close();
      try {
        const page = await inbox.open();
        await page.pick('a', 'c1');
        inbox.refusal = undefined;
        await page.passUntil(() => page.picks[0], 'the pick');
        expect(page.picks).to.deep.equal(['ok']);
      } finally {
        for (const { adapter } of inbox.pages) await adapter.close();
        indexedDB.deleteDatabase(DATABASE);
      }
    });
  });

  describe('in the store', () => {
    it('a pick of an earlier page shows as pending, then as done', async () => {
      const first = await inbox.open();
      await first.pick('a', 'c1');
      await first.adapter.close();
      const next = await inbox.open();
      const store = PipelineStore.of(next.adapter);
      const stop = watching(store, { statuses: true, conversationIds: ['c1'] });
      await until(() => store.entry('c1')?.pending, 'the pending pick');
      expect(store.entry('c1')!.statusId).to.equal('a');
      expect(store.feedback('c1')?.wait?.reason).to.equal('offline');
      const shown: (string | null)[] = [];
      const watched = watching(store, { conversationIds: ['c1'] }, () => shown.push(store.entry('c1')!.statusId));
      inbox.refusal = undefined;
      await next.passUntil(() => store.entry('c1')?.pending === false, 'the end of the pick');
      expect(store.entry('c1')!.statusId).to.equal('a');
      expect(new Set(shown), 'never the old status').to.deep.equal(new Set(['a']));
      stop();
      watched();
    });

    it('a pick of an earlier page that is refused is reported by the next element that shows its conversation', async () => {
      const first = await inbox.open();
      await first.pick('a', 'c1');
      await first.adapter.close();
      inbox.refusal = () => problem(403, 'forbidden');
      const next = await inbox.open();
      const store = PipelineStore.of(next.adapter);
      const stop = watching(store, { statuses: true });
      await until(() => next.settled.length, 'the refusal');
      const reports: unknown[] = [];
      const report = (...[error, action, ids]: [PipelineError, string, (readonly string[])?]): unknown =>
        reports.push([error.code, action, ids]);
      const other = watching(store, { conversationIds: ['c2'] }, () => undefined, report);
      await settle();
      expect(reports).to.deep.equal([]);
      const own = watching(store, { conversationIds: ['c1'] }, () => undefined, report);
      await until(() => reports.length, 'the report');
      expect(reports).to.deep.equal([['forbidden', 'set-status', ['c1']]]);
      await until(() => store.entry('c1'), 'the entry');
      expect(store.entry('c1')).to.include({ statusId: null, pending: false });
      expect(store.feedback('c1')?.failure).to.include({ conversationId: 'c1', to: 'a' });
      for (const end of [stop, other, own]) end();
    });

    it('a later pick reaches the outbox while an earlier one waits', async () => {
      const page = await inbox.open();
      const store = PipelineStore.of(page.adapter);
      const stop = watching(store, { statuses: true, conversationIds: ['c1'] });
      await until(() => store.entry('c1'), 'the entry');
      const ends: string[] = [];
      for (const statusId of ['a', 'b']) {
        Mutations.of(store)
          .setStatus([{ conversationId: 'c1' }], statusId)
          .then(
            (results) => ends.push(codes(results).join()),
            (error: PipelineError) => ends.push(error.code),
          );
        await until(() => page.adapter.waiting.some((write) => write.statusId === statusId), `${statusId} to wait`);
      }
      expect(store.entry('c1')).to.include({ statusId: 'b', pending: true });
      expect(ends).to.deep.equal(['aborted']);
      await until(async () => (await stored()).length === 1, 'only the later one');
      inbox.refusal = undefined;
      await page.passUntil(() => ends.length === 2, 'the later pick');
      expect([ends, await inbox.history('ani')]).to.deep.equal([['aborted', 'ok'], ['b']]);
      stop();
    });
  });
});
