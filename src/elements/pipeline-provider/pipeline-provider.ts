/** `<pipeline-provider>`: gives the elements inside it their data and their language. */
import type { Context, ContextEvent } from '@lit/context';
import { ReactiveElement, css, type PropertyDeclarations } from '@lit/reactive-element';
import type { PipelineAdapter } from '../../adapters/adapter.js';
import { lazyAdapter, lazyIndexedDB } from '../../adapters/lazy.js';
import { warnOnce } from '../../ui/warn.js';
import { isUnset, unsetSourceError } from '../../ui/unset-source.js';
import { PipelineError } from '../../model/errors.js';
import {
  adapterContext,
  type AdapterSource,
  failingAdapter,
  isPromise,
  registry,
  requestSources,
  requestSourcesSoon,
  settle,
} from '../../store/context.js';

const SOURCES: readonly (PropertyKey | undefined)[] = ['src', 'database', 'adapter'];

/** An adapter that the provider created, and what it was created for. */
interface OwnAdapter {
  readonly adapter: PipelineAdapter;
  readonly key: string;
}

/**
 * Gives the elements inside it their data, through shadow roots too. Renders only its slot. To switch tenants, change
 * `src`, `database` or `adapter`: every element inside follows. Without any of them the provider has no effect.
 *
 * @summary Sets the data source and the language of the elements inside it.
 * @tag pipeline-provider
 * @slot - The content that uses the data.
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

  /**
   * Base URL of a REST API, such as `/api/pipeline`; takes precedence over `database`. An empty one is an error. A relative
   * one is resolved once, when it is set.
   */
  src: string | null = null;

  /** Name of the IndexedDB database. One for each tenant and user keeps their data apart. An empty one is an error. */
  database: string | null = null;

  /**
   * Any adapter, or a promise of one, which the elements inside wait for. Takes precedence over `src` and `database`.
   * The provider does not close it.
   */
  adapter: PipelineAdapter | PromiseLike<PipelineAdapter> | null | undefined;

  /** Language tag for the elements inside. An element with a `locale` of its own keeps it. */
  locale: string | null = null;

  /** `src`, resolved when it was set: a later change of the page's address must not lead the data elsewhere. */
  #srcUrl: string | undefined;
  #own: OwnAdapter | undefined;
  /** The source given to the elements inside; `undefined`: they ask the next provider outside. */
  #source: AdapterSource | undefined;
  #isConnected = false;

  constructor() {
    super();
    this.addEventListener('context-request', this.#handleRequest);
  }

  override connectedCallback(): void {
    this.#isConnected = true;
    // The elements inside request it as soon as they connect.
    if (this.hasUpdated) this.#provide();
    super.connectedCallback();
    // Properties that were set before the upgrade take effect with the first update, so it must not be later.
    if (!this.hasUpdated) this.performUpdate();
    // Slotted elements may have connected before.
    if (this.querySelector('slot')) requestSourcesSoon();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#isConnected = false;
    // Slotted elements may stay in the page.
    if (this.#source !== undefined) requestSourcesSoon();
    this.#setSource(undefined);
    // Later: an element that is moved within the page is disconnected and connected again in one task.
    queueMicrotask(() => {
      if (this.#isConnected) return;
      void this.#own?.adapter.close?.();
      this.#own = undefined;
    });
  }

  /** Synchronously, not with the next update: the elements inside must not ask the old source for what the page sets next. */
  override requestUpdate(...args: Parameters<ReactiveElement['requestUpdate']>): void {
    super.requestUpdate(...args);
    const [name, before] = args;
    if (name === 'src' && before !== this.src)
      this.#srcUrl = isGiven(this.src) ? absoluteUrl(String(this.src)) : undefined;
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

  /** Updates the source; calls `notify` if it has changed. */
  #provide(notify?: () => void): void {
    if (!this.#isConnected) return;
    const before = this.#own;
    this.#own = isGiven(this.adapter) ? undefined : this.#createOwn();
    const source = this.adapter ?? this.#own?.adapter;
    const hasChanged = source !== this.#source;
    this.#setSource(source);
    // A rejection must not count as unhandled while no element uses the adapter.
    if (isPromise(source)) settle(source);
    if (hasChanged) notify?.();
    // Only now, when the elements inside no longer use it.
    if (before !== this.#own) void before?.adapter.close?.();
  }

  #setSource(source: AdapterSource | undefined): void {
    registry.sources += Number(source !== undefined) - Number(this.#source !== undefined);
    this.#source = source;
  }

  /** The adapter for `src` or `database`; the same one while they do not change. */
  #createOwn(): OwnAdapter | undefined {
    const field = isGiven(this.src) ? 'src' : 'database';
    const value: unknown = this[field];
    if (!isGiven(value)) return undefined;
    const text = String(value);
    const url = field === 'src' ? (this.#srcUrl ?? text) : text;
    const key = `${field} ${url}`;
    if (this.#own?.key === key) return this.#own;
    if (isUnset(text)) return { key, adapter: unsetAdapter(field, text) };
    return { key, adapter: field === 'src' ? lazyRest(text, url) : lazyIndexedDB(text) };
  }

  readonly #handleRequest = (event: ContextEvent<Context<unknown, unknown>>): void => {
    if (event.context !== adapterContext || this.#source === undefined) return;
    event.stopPropagation();
    event.callback(this.#source);
  };
}

const isGiven = (value: unknown): boolean => value !== null && value !== undefined;

/** Fails every call: an empty source must not lead the data elsewhere, least of all to the default database. */
function unsetAdapter(field: 'src' | 'database', text: string): PipelineAdapter {
  const example =
    field === 'src' ? 'the base URL of a REST API, such as "/api/pipeline"' : 'a name, such as "acme:agent-7"';
  warnOnce(
    `<pipeline-provider ${field}="${text}">: write ${example}. If it is not known yet, set the property "adapter" to a promise of an adapter.`,
  );
  return failingAdapter(unsetSourceError(field, text));
}

/** Resolved against the page as it is now; unchanged if it is no URL, which the adapter reports. */
function absoluteUrl(src: string): string {
  try {
    return new URL(src, document.baseURI).href;
  } catch {
    return src;
  }
}

/** Fails every call if the address is invalid, so that it does not lead the data elsewhere. */
function lazyRest(src: string, baseUrl: string): PipelineAdapter {
  const load = async (): Promise<PipelineAdapter> => {
    const { RestAdapter } = await import('../../adapters/rest/adapter.js');
    try {
      return new RestAdapter({ baseUrl });
    } catch (thrown) {
      const { message } = PipelineError.from(thrown);
      warnOnce(
        `<pipeline-provider src="${src}">: ${message} Write the base URL of a REST API, such as "/api/pipeline".`,
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
