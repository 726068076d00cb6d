/** Runs the adapter suite against an adapter with a planted fault. */
import type { PipelineAdapter } from '../../adapters/adapter.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import type { Change } from '../../model/changes.js';
import type { ConversationRef } from '../../model/entry.js';
import type { Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';
import { registerAdapterTests } from '../adapter-tests.js';

/** One mistake in an adapter. */
export interface Fault {
  /** The case that must catch it, as `topic: title`. */
  caughtBy: string;
  /** The faulty methods, built on a correct adapter. Called once for each client. */
  breaks(good: MemoryAdapter): Partial<PipelineAdapter>;
  /** The adapter after a restart, if the fault is there. */
  restarts?(good: MemoryAdapter): Promise<MemoryAdapter>;
}

/** Faults by description. */
export type Faults = Readonly<Record<string, Fault>>;

/** How long a case waits for changes that may never arrive. Here they arrive in the next task. */
const TIMEOUT_MS = 100;

/**
 * Runs the suite against an adapter with this fault (without one: a correct adapter); resolves to the names of the failed
 * cases with the reasons. Stops at the first failure unless `all`; the case that must fail runs first.
 */
export async function failuresOf(fault?: Fault, { all = false } = {}): Promise<Map<string, string>> {
  const cases = collect(fault);
  if (fault) cases.sort((a, b) => Number(b.name === fault.caughtBy) - Number(a.name === fault.caughtBy));
  const failed = new Map<string, string>();
  for (const { name, body } of cases) {
    try {
      await body();
    } catch (error) {
      failed.set(name, error instanceof Error ? error.message : String(error));
      if (!all) break;
    }
  }
  return failed;
}

/** Registers the suite with a test runner that only collects its cases. */
function collect(fault?: Fault): { name: string; body: () => Promise<void> }[] {
  const cases: { name: string; body: () => Promise<void> }[] = [];
  const goods = new WeakMap<PipelineAdapter, MemoryAdapter>();
  const client = (good: MemoryAdapter): PipelineAdapter => {
    const adapter = { ...delegate(good), ...fault?.breaks(good) };
    goods.set(adapter, good);
    return adapter;
  };
  let topic = '';
  registerAdapterTests(
    {
      describe(name, body) {
        topic = name;
        body();
      },
      it: (title, body) => void cases.push({ name: `${topic}: ${title}`, body }),
      create: () => client(new MemoryAdapter()),
      createWithUndoPeriod: (undoPeriodMs) => client(new MemoryAdapter({ undoPeriodMs })),
      atomicLength: Infinity,
      peer: async (adapter) => client(goods.get(adapter)!),
      reopen: async (adapter) => {
        const good = goods.get(adapter)!;
        return client(fault?.restarts ? await fault.restarts(good) : good);
      },
    },
    TIMEOUT_MS,
  );
  return cases;
}

function delegate(good: MemoryAdapter): Required<PipelineAdapter> {
  return {
    listStatuses: (...args) => good.listStatuses(...args),
    createStatus: (...args) => good.createStatus(...args),
    updateStatus: (...args) => good.updateStatus(...args),
    moveStatus: (...args) => good.moveStatus(...args),
    deleteStatus: (...args) => good.deleteStatus(...args),
    getEntries: (...args) => good.getEntries(...args),
    setStatus: (...args) => good.setStatus(...args),
    restoreStatus: (...args) => good.restoreStatus(...args),
    putConversations: (...args) => good.putConversations(...args),
    getContacts: (...args) => good.getContacts(...args),
    count: (...args) => good.count(...args),
    find: (...args) => good.find(...args),
    history: (...args) => good.history(...args),
    forget: (...args) => good.forget(...args),
    subscribe: (...args) => good.subscribe(...args),
    close: () => good.close(),
  };
}

/** Lets other calls run in between. */
export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

export const versionOf = async (good: MemoryAdapter, id: Id): Promise<number> =>
  (await good.listStatuses()).items.find((status) => status.id === id)?.version ?? 0;

export const having = async (good: MemoryAdapter, statusId: Id | null): Promise<ConversationRef[]> => {
  const { ids } = await good.find({
    of: 'conversation',
    filter: { op: 'any-of', statusIds: [statusId] },
    pageSize: 200,
  });
  return ids.map((conversationId) => ({ conversationId }));
};

/** Every method through which statuses leave the adapter, with `look` applied to each status. */
export function relabelled(good: MemoryAdapter, look: (status: Status) => Status): Partial<PipelineAdapter> {
  const relabel = (change: Change): Change =>
    change.kind === 'status' ? { ...change, status: look(change.status) } : change;
  return {
    listStatuses: async (options) => {
      const { items, seq } = await good.listStatuses(options);
      return { items: items.map(look), seq };
    },
    createStatus: async (data, options) => look(await good.createStatus(data, options)),
    updateStatus: async (id, patch, options) => look(await good.updateStatus(id, patch, options)),
    moveStatus: async (id, after, options) => (await good.moveStatus(id, after, options)).map(look),
    restoreStatus: async (id, options) => {
      const { status, restored } = await good.restoreStatus(id, options);
      return { status: look(status), restored };
    },
    subscribe: (listener, options) => good.subscribe((change) => listener(relabel(change)), options),
  };
}
