/** Every way in which the elements of a page can come to have their data from another source. */
import type { PipelineAdapter } from '../../../src/adapters/adapter.js';
import { IndexedDBAdapter } from '../../../src/adapters/indexeddb/adapter.js';
import type { MemoryAdapter } from '../../../src/adapters/memory.js';
import '../../../src/define.js';
import { setDefaultAdapter } from '../../../src/index.js';
import { PipelineStore } from '../../../src/store/pipeline.js';
import { Control, METHODS, SignIn, controlled, fill } from './controlled.js';

/** What the old source and the new one hold. */
export interface Tenants {
  old: MemoryAdapter;
  next: MemoryAdapter;
}

/** A page with its elements on the old source. */
export interface Setting {
  /** The old source, held back by the test. */
  old: Control;
  /** What was written to the new source. */
  written(): readonly string[];
  /** Changes the source, at once or later in the turn. */
  change(): void;
  isLater?: boolean;
  /** Where the new source is still to come: lets it come. */
  arrive?(): void;
  end?(): void | Promise<void>;
}

type Elements = HTMLElement;
type Way = (elements: Elements, main: HTMLElement, tenants: Tenants) => Setting | Promise<Setting>;

const provider = (adapter?: PipelineAdapter): HTMLElementTagNameMap['pipeline-provider'] =>
  Object.assign(document.createElement('pipeline-provider'), { adapter });

/** Has a source read before any element of the page needs it: then its data is there at once. */
function warm(adapter: PipelineAdapter): void {
  PipelineStore.of(adapter).watch({ statuses: true, conversationIds: ['c1', 'c2'] }, { update: () => undefined });
}

/** Both tenants in memory; `place` puts the elements into the page and returns how the source changes. */
const inMemory =
  (
    place: (
      main: HTMLElement,
      elements: Elements,
      old: PipelineAdapter,
      next: PipelineAdapter,
    ) => Pick<Setting, 'change' | 'isLater' | 'arrive' | 'end'>,
  ): Way =>
  (elements, main, tenants) => {
    const [old, next] = [controlled(tenants.old), controlled(tenants.next)];
    return {
      ...place(main, elements, old.adapter, next.adapter),
      old: old.control,
      written: () => next.control.writes,
    };
  };

/** A promise of an adapter, and how to keep it. */
function promised(adapter: PipelineAdapter): { promise: Promise<PipelineAdapter>; arrive(): void } {
  let arrive = (): void => undefined;
  const promise = new Promise<PipelineAdapter>((resolve) => (arrive = () => resolve(adapter)));
  return { promise, arrive };
}

export const WAYS: Record<string, Way> = {
  'the property `adapter` of each element': inMemory((main, elements, old, next) => {
    const all = [...elements.querySelectorAll('pipeline-status-picker, pipeline-filter, pipeline-settings')];
    for (const element of all) Object.assign(element, { adapter: old });
    main.append(elements);
    return {
      change: () => {
        for (const element of all) Object.assign(element, { adapter: next });
      },
    };
  }),

  'the `adapter` of a provider, to one whose data is there': inMemory((main, elements, old, next) => {
    warm(next);
    const around = provider(old);
    around.append(elements);
    main.append(around);
    return { change: () => void (around.adapter = next) };
  }),

  'a promise as the `adapter` of a provider': inMemory((main, elements, old, next) => {
    const around = provider(old);
    around.append(elements);
    main.append(around);
    const { promise, arrive } = promised(next);
    return { change: () => void (around.adapter = promise), arrive };
  }),

  'setDefaultAdapter(), to one whose data is there': inMemory((main, elements, old, next) => {
    warm(next);
    setDefaultAdapter(old);
    main.append(elements);
    return { change: () => setDefaultAdapter(next), end: () => setDefaultAdapter(null) };
  }),

  'setDefaultAdapter() with a promise': inMemory((main, elements, old, next) => {
    setDefaultAdapter(old);
    main.append(elements);
    const { promise, arrive } = promised(next);
    return { change: () => setDefaultAdapter(promise), arrive, end: () => setDefaultAdapter(null) };
  }),

  'a move from one provider to another': inMemory((main, elements, old, next) => {
    const [here, there] = [provider(old), provider(next)];
    here.append(elements);
    main.append(here, there);
    return { change: () => there.append(elements) };
  }),

  'a provider without a source that gets one': inMemory((main, elements, old, next) => {
    const [outer, inner] = [provider(old), provider()];
    outer.append(inner);
    inner.append(elements);
    main.append(outer);
    return { change: () => void (inner.adapter = next) };
  }),

  'a provider that loses its source': inMemory((main, elements, old, next) => {
    const [outer, inner] = [provider(next), provider(old)];
    outer.append(inner);
    inner.append(elements);
    main.append(outer);
    return { change: () => void (inner.adapter = null) };
  }),

  'a provider that is taken away around a slot': inMemory((main, elements, old, next) => {
    setDefaultAdapter(next);
    const [host, around, slot] = [document.createElement('div'), provider(old), document.createElement('slot')];
    around.append(slot);
    host.attachShadow({ mode: 'open' }).append(around);
    main.append(host);
    host.append(elements);
    return { change: () => around.replaceWith(slot), isLater: true, end: () => setDefaultAdapter(null) };
  }),

  'another `database` of a provider': async (elements, main, tenants) => {
    const control = new Control();
    const names = ['old', 'new'].map((name) => `source-${name}-${crypto.randomUUID()}`);
    // The same as in memory, read by the adapters that the provider makes.
    for (const [i, memory] of [tenants.old, tenants.next].entries()) {
      const adapter = new IndexedDBAdapter({ database: names[i]! });
      const { items } = await memory.listStatuses();
      const entries = await memory.getEntries(['c1', 'c2']);
      if (items.length) {
        await fill(adapter, i ? 'NEW' : 'OLD', {
          c1: entries.get('c1')!.statusId!,
          c2: entries.get('c2')!.statusId!,
        });
      }
      await adapter.close();
    }
    const { prototype } = IndexedDBAdapter;
    const own = Object.fromEntries(METHODS.map((method) => [method, prototype[method]]));
    let isChanged = false;
    const olds = new Set<unknown>();
    for (const method of METHODS) {
      Object.assign(prototype, {
        [method](this: IndexedDBAdapter, ...args: unknown[]) {
          if (!isChanged) olds.add(this);
          const call = own[method] as (...all: unknown[]) => Promise<unknown>;
          return control.pass(method, args, (...all) => call.apply(this, all), this);
        },
      });
    }
    const around = provider();
    around.database = names[0]!;
    around.append(elements);
    main.append(around);
    return {
      old: control,
      written: () => control.writes.filter((_, i) => !olds.has(control.writers[i])),
      change: () => {
        isChanged = true;
        control.letPass();
        around.database = names[1]!;
      },
      end: () => void Object.assign(prototype, own),
    };
  },

  'another user who signs in': (elements, main, tenants) => {
    const [old, next] = [controlled(tenants.old), controlled(tenants.next)];
    const adapter = new SignIn(tenants.old) as unknown as SignIn & PipelineAdapter;
    const around = provider(adapter);
    around.append(elements);
    main.append(around);
    return { old: old.control, written: () => next.control.writes, change: () => adapter.signIn(tenants.next) };
  },
};

/** The one way after which what was lost is told. */
export const SESSION = 'another user who signs in';
