import type { Context, ContextEvent } from '@lit/context';
import { ReactiveElement, css, type PropertyDeclarations } from '@lit/reactive-element';
import type { PipelineAdapter } from '../../adapters/adapter.js';
import { lazyAdapter, lazyIndexedDB } from '../../adapters/lazy.js';
import { warnOnce } from '../../ui/pipeline-element.js';
import { PipelineError } from '../../model/errors.js';
import { adapterContext } from '../../store/context.js';
import {
  failingAdapter,
  isPromise,
  registry,
  requestSources,
  requestSourcesSoon,
  settle,
  type AdapterSource,
} from '../../store/source.js';
import { isUnset } from './unset.js';

const SOURCES: readonly (PropertyKey | undefined)[] = ['src', 'database', 'adapter'];

/** An adapter that the provider made itself, and from what. */
interface Own {
  readonly adapter: PipelineAdapter;
  readonly key: string;
}

/**
 * Gives the elements inside it their data, through shadow roots too. Renders only its slot. To change the tenant,
 * change `src`, `database` or `adapter`: every element inside follows. With none of them it is as if it were not there.
 *
 * @summary Says where the elements inside it get their data, and which language they speak.
 * @tag pipeline-provider
 * @slot - The part of the page that uses the data.
 */
export class PipelineProvider extends ReactiveElement {
  static override properties: PropertyDeclarations = {
    src: {},
    database: {},
    adapter: { attribute: false },
    locale: { reflect: true },
  };

  static override styles = css`
    :host {
      display: contents;
    }
  `;

  /** Base URL of a REST API, such as `/api/pipeline`; takes precedence over `database`. An empty one is an error. */
  src: string | null = null;

  /** Name of the IndexedDB database; one for each tenant and user keeps their data apart. An empty one is an error. */
  database: string | null = null;

  /**
   * Any adapter, or a promise of one, for which the elements inside wait; takes precedence over `src` and `database`.
   * The provider does not close it.
   */
  adapter: PipelineAdapter | PromiseLike<PipelineAdapter> | null | undefined;

  /** Language tag of the elements inside; one that has a `locale` of its own keeps that. */
  locale: string | null = null;

  #own: Own | undefined;
  /** What it answers to the elements inside; without one they ask further out. */
  #source: AdapterSource | undefined;
  #connected = false;

  constructor() {
    super();
    this.addEventListener('context-request', this.#handleRequest);
  }

  override connectedCallback(): void {
    this.#connected = true;
    // The elements inside ask as soon as they connect.
    if (this.hasUpdated) this.#provide();
    super.connectedCallback();
    // Properties that were set before the upgrade are there from the first update on: it must not be later.
    if (!this.hasUpdated) this.performUpdate();
    // What is slotted into it may have connected before.
    if (this.querySelector('slot')) requestSourcesSoon();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#connected = false;
    // What was slotted into it may stay in the page.
    if (this.#source !== undefined) requestSourcesSoon();
    this.#give(undefined);
    // Later: an element that is moved in the page leaves and comes back within one turn.
    queueMicrotask(() => {
      if (this.#connected) return;
      void this.#own?.adapter.close?.();
      this.#own = undefined;
    });
  }

  /** At once, not with the next update: the elements inside must not ask the old source for what the host sets next. */
  override requestUpdate(...args: Parameters<ReactiveElement['requestUpdate']>): void {
    super.requestUpdate(...args);
    if (this.hasUpdated && SOURCES.includes(args[0])) this.#provide(requestSources);
  }

  protected override willUpdate(): void {
    if (!this.hasUpdated) this.#provide();
  }

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const root = super.createRenderRoot();
    root.append(document.createElement('slot'));
    return root;
  }

  /** Finds what to answer; calls `tell` when that is something else than before. */
  #provide(tell?: () => void): void {
    if (!this.#connected) return;
    const before = this.#own;
    this.#own = isGiven(this.adapter) ? undefined : this.#makeOwn();
    const source = this.adapter ?? this.#own?.adapter;
    const isOther = source !== this.#source;
    this.#give(source);
    // A rejection must not count as unhandled where no element needs the adapter yet.
    if (isPromise(source)) settle(source);
    if (isOther) tell?.();
    // Only then: what the old one still had to do is not what the elements show.
    if (before !== this.#own) void before?.adapter.close?.();
  }

  #give(source: AdapterSource | undefined): void {
    registry.sources += Number(source !== undefined) - Number(this.#source !== undefined);
    this.#source = source;
  }

  /** The adapter that `src` or `database` asks for; the same as before where they are. */
  #makeOwn(): Own | undefined {
    const field = isGiven(this.src) ? 'src' : 'database';
    const value: unknown = this[field];
    if (!isGiven(value)) return undefined;
    const text = String(value);
    const key = `${field} ${text}`;
    if (this.#own?.key === key) return this.#own;
    if (isUnset(text)) return { key, adapter: failingAdapter(unset(field, text)) };
    return { key, adapter: field === 'src' ? lazyRest(text) : lazyIndexedDB(text) };
  }

  readonly #handleRequest = (event: ContextEvent<Context<unknown, unknown>>): void => {
    if (event.context !== adapterContext || this.#source === undefined) return;
    event.stopPropagation();
    event.callback(this.#source);
  };
}

const isGiven = (value: unknown): boolean => value !== null && value !== undefined;

/** A mistake of the host, which must lead the data nowhere: least of all to the database that everyone shares. */
function unset(field: 'src' | 'database', text: string): PipelineError {
  const example =
    field === 'src' ? 'the base URL of a REST API, such as "/api/pipeline"' : 'a name, such as "acme:agent-7"';
  warnOnce(
    `<pipeline-provider ${field}="${text}">: write ${example}. Where it is not known yet, set the property "adapter" to a promise of an adapter.`,
  );
  return new PipelineError('invalid', `${field}: <pipeline-provider ${field}="${text}"> says not where the data is.`, {
    field,
  });
}

/** An address that cannot be one must not lead the data elsewhere: every call says what is wrong with it. */
function lazyRest(baseUrl: string): PipelineAdapter {
  const load = async (): Promise<PipelineAdapter> => {
    const { RestAdapter } = await import('../../adapters/rest/adapter.js');
    try {
      return new RestAdapter({ baseUrl });
    } catch (thrown) {
      const { message } = PipelineError.from(thrown);
      warnOnce(
        `<pipeline-provider src="${baseUrl}">: ${message} Write the base URL of a REST API, such as "/api/pipeline".`,
      );
      throw thrown;
    }
  };
  return lazyAdapter(load, ['putConversations']);
}

declare global {
  interface HTMLElementTagNameMap {
    'pipeline-provider': PipelineProvider;
  }
}
