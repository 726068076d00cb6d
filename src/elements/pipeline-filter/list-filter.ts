/** Filters the list that an element is `for`: finds it, looks up its rows, reports errors and announces how many are shown. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { announce } from '../../ui/live-region.js';
import { learn, type LocalizeController } from '../../ui/localize.js';
import type { CountQuery } from '../../adapters/adapter.js';
import { inbox } from '../../locales/en/inbox.js';
import type { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import { ContactCache } from '../../store/queries.js';
import type { PipelineStore } from '../../store/pipeline.js';
import { NO_STATUS, loadedStatusIds, validId, type FilterSubject, type StatusIds } from './filter-subject.js';
import { RowVisibility, type RowAttribute } from './row-visibility.js';

/** How long the user must pause before the number of shown rows is announced, milliseconds. */
const ANNOUNCE_DELAY = 500;

type ListFilterHost = ReactiveControllerHost & HTMLElement & { readonly htmlFor: string | null };

export class ListFilter implements ReactiveController {
  readonly #host: ListFilterHost;
  readonly #localize: LocalizeController;
  readonly #subject: FilterSubject;
  readonly #finder = new ListFinder(() => this.#update());
  #rows: RowVisibility | undefined;
  /** The store that decides over `#rows`. */
  #store: PipelineStore | undefined;
  #needsRefresh = false;
  #announcesNext = false;
  #error: PipelineError | undefined;

  constructor(host: ListFilterHost, localize: LocalizeController, subject: FilterSubject) {
    this.#host = host;
    this.#localize = localize;
    this.#subject = subject;
    learn(inbox);
    host.addController(this);
  }

  hostUpdated(): void {
    this.#update();
  }

  hostDisconnected(): void {
    this.#finder.stop();
    this.#release();
  }

  /** Why the statuses of some rows could not be loaded, until they are. */
  get error(): PipelineError | undefined {
    return this.#error;
  }

  /** Checks all rows after the next update: the filter has changed. */
  refresh(): void {
    this.#needsRefresh = true;
  }

  /** Announces how many rows are shown, once that is known. */
  announceNext(): void {
    this.#announcesNext = true;
  }

  /** Shows all rows until the new data source has answered. */
  changeSource(): void {
    this.#announcesNext = false;
    this.#release();
  }

  #update(): void {
    const { store, isActive, query } = this.#subject;
    // After the filter was cleared, the rows that it hid are still to be shown.
    const isNeeded = store && (isActive || this.#rows);
    const list = isNeeded ? this.#finder.find(this.#host, this.#host.htmlFor) : null;
    if (!isNeeded) this.#finder.stop();
    const attribute = query.of === 'contact' ? 'data-contact-id' : 'data-conversation-id';
    const { list: current, attribute: currentAttribute } = this.#rows ?? {};
    if (current && (current !== list || currentAttribute !== attribute || this.#store !== store)) this.#release();
    if (list && store && !this.#rows && isActive) {
      this.#store = store;
      this.#rows = this.#filterRows(list, attribute, store);
    } else if (this.#needsRefresh) {
      this.#rows?.refresh();
    }
    this.#needsRefresh = false;
  }

  #filterRows(list: HTMLElement, attribute: RowAttribute, store: PipelineStore): RowVisibility {
    const subject = this.#subject;
    return new RowVisibility(list, attribute, {
      passes: (id) => {
        const statusIds = rowStatusIds(store, subject.query, id);
        return statusIds && subject.accepts(statusIds);
      },
      watch: (id, onChange) => watchStatusIds(store, subject.query, id, onChange),
      onSettled: () => this.#handleSettled(store),
    });
  }

  #handleSettled(store: PipelineStore): void {
    const rows = this.#rows;
    if (!rows) return;
    const { isActive, query } = this.#subject;
    const undecided = [...rows.undecided()];
    const [error] = isActive ? undecided.map((id) => loadError(store, query, id)).filter(Boolean) : [];
    if (error !== this.#error) {
      this.#error = error;
      this.#host.requestUpdate();
    }
    if (this.#announcesNext && !undecided.length) {
      this.#announcesNext = false;
      const key = query.of === 'contact' ? 'contactsShown' : 'conversationsShown';
      announce(this.#localize.text(key, { n: rows.shown }), this.#host, ANNOUNCE_DELAY);
    }
    if (!isActive) this.#release();
  }

  #release(): void {
    this.#rows?.close();
    this.#rows = undefined;
    this.#error = undefined;
  }
}

/** Finds an element by id, and notices when it is added, replaced, or given another id. */
class ListFinder {
  readonly #observer: MutationObserver;
  #root: Node | undefined;

  constructor(onChange: () => void) {
    this.#observer = new MutationObserver(onChange);
  }

  /** The element with this id in the root of `host`. From now on `onChange` is called when that may be another one. */
  find(host: Element, id: string | null): HTMLElement | null {
    if (!id || !host.isConnected) {
      this.stop();
      return null;
    }
    const root = host.getRootNode() as Document | ShadowRoot;
    if (this.#root !== root) {
      this.stop();
      this.#root = root;
      this.#observer.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['id'] });
    }
    return root.getElementById(id);
  }

  stop(): void {
    this.#observer.disconnect();
    this.#root = undefined;
  }
}

/** Like `loadedStatusIds()`, except that an invalid id, which is never loaded, has no status. */
const rowStatusIds = (store: PipelineStore, query: CountQuery, id: Id): StatusIds | undefined =>
  loadedStatusIds(store, query, id) ?? (validId(id) === undefined ? NO_STATUS : undefined);

/** Loads the statuses of an item and calls `onChange` whenever they change. Returns a function that stops this. */
function watchStatusIds(store: PipelineStore, { of }: CountQuery, id: Id, onChange: () => void): () => void {
  if (validId(id) === undefined) return () => undefined;
  const watcher = { update: onChange };
  if (of === 'contact') {
    const contacts = store.cache(ContactCache);
    contacts.watch(id, watcher);
    return () => contacts.unwatch(id, watcher);
  }
  const interest = { conversationIds: [id] };
  store.watch(interest, watcher);
  return () => store.unwatch(interest, watcher);
}

const loadError = (store: PipelineStore, { of }: CountQuery, id: Id): PipelineError | undefined =>
  of === 'conversation' ? store.entryError(id) : store.cache(ContactCache).error(id);
