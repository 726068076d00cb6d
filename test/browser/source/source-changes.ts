/** Every way in which the elements of a page can get another source. */
import type { PipelineAdapter } from '../../../src/adapters/adapter.js';
import { IndexedDBAdapter } from '../../../src/adapters/indexeddb/adapter.js';
import type { MemoryAdapter } from '../../../src/adapters/memory.js';
import '../../../src/define.js';
import { setDefaultAdapter } from '../../../src/index.js';
import { PipelineStore } from '../../../src/store/pipeline.js';
import { Control, METHODS, SignIn, controlled, fill } from './controlled.js';

/** The data of the old and the new source. */
export interface Tenants {
  old: MemoryAdapter;
  next: MemoryAdapter;
}

/** A page with its elements on the old source. */
export interface SourcePage {
  /** The old source, controlled by the test. */
  old: Control;
  /** What was written to the new source. */
  written(): readonly string[];
  /** Changes the source, immediately or later in the task. */
  change(): void;
  isLater?: boolean;
  /** Resolves the new source, where it is pending. */
  arrive?(): void;
  end?(): void | Promise<void>;
}

type Elements = HTMLElement;
type SourceChange = (elements: Elements, main: HTMLElement, tenants: Tenants) => SourcePage | Promise<SourcePage>;

const provider = (adapter?: PipelineAdapter): HTMLElementTagNameMap['pipeline-provider'] =>
  Object.assign(document.createElement('pipeline-provider'), { adapter });

/** Loads a source before any element needs it, so that its data is available immediately. */
function warm(adapter: PipelineAdapter): void {
  PipelineStore.of(adapter).watch({ statuses: true, conversationIds: ['c1', 'c2'] }, { update: () => undefined });
}

/** Both tenants in memory; `place` adds the elements to the page and returns how to change the source. */
const inMemory =
  (
    place: (
      main: HTMLElement,
      elements: Elements,
      old: PipelineAdapter,
      next: PipelineAdapter,
    ) => Pick<SourcePage, 'change' | 'isLater' | 'arrive' | 'end'>,
  ): SourceChange =>
  (elements, main, tenants) => {
    const [old, next] = [controlled(tenants.old), controlled(tenants.next)];
    return {
      ...place(main, elements, old.adapter, next.adapter),
      old: old.control,
      written: () => next.control.writes,
    };
  };

/** A promise of an adapter, and how to resolve it. */
function promised(adapter: PipelineAdapter): { promise: Promise<PipelineAdapter>; arrive(): void } {
  let arrive = (): void => undefined;
  const promise = new Promise<PipelineAdapter>((resolve) => (arrive = () => resolve(adapter)));
  return { promise, arrive };
}

export const SOURCE_CHANGES: Record<string, SourceChange> = {
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

  'the `adapter` of a provider, with a loaded adapter': inMemory((main, elements, old, next) => {
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

  'setDefaultAdapter() with a loaded adapter': inMemory((main, elements, old, next) => {
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

  'a provider that is removed around a slot': inMemory((main, elements, old, next) => {
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
    // The same data as in memory, but read by adapters that the provider creates.
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

/** The only change after which lost writes are reported. */
export const SESSION = 'another user who signs in';
