import { ContextProvider } from '@lit/context';
import { ReactiveElement, css, type PropertyDeclarations, type PropertyValues } from '@lit/reactive-element';
import type { PipelineAdapter } from '../../adapters/adapter.js';
import { lazyAdapter, lazyIndexedDB } from '../../adapters/lazy.js';
import { warnOnce } from '../../internal/pipeline-element.js';
import { PipelineError } from '../../model/errors.js';
import { adapterContext, providers } from '../../store/context.js';

/**
 * Gives the elements inside it their data, through shadow roots too. Renders only its slot. To change the tenant,
 * change `src`, `database` or `adapter`: every element inside follows.
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

  /** Base URL of a REST API, such as `/api/pipeline`; goes before `database`. */
  src: string | null = null;

  /** Name of the IndexedDB database; one for each tenant and user keeps their data apart. */
  database: string | null = null;

  /** Any adapter; goes before `src` and `database`. The provider does not close it. */
  adapter: PipelineAdapter | undefined;

  /** Language tag of the elements inside; one that has a `locale` of its own keeps that. */
  locale: string | null = null;

  /** The adapter it made itself, and from what. */
  #own: { adapter: PipelineAdapter; source: string } | undefined;
  #connected = false;

  #context: ContextProvider<typeof adapterContext, this> | undefined;

  override connectedCallback(): void {
    this.#connected = true;
    providers.connected++;
    // The elements inside ask as soon as they connect.
    if (this.hasUpdated) this.#provide();
    super.connectedCallback();
    // Properties that were set before the upgrade are there from the first update on: it must not be later.
    if (!this.hasUpdated) this.performUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#connected = false;
    providers.connected--;
    // Later: an element that is moved in the page leaves and comes back within one turn.
    queueMicrotask(() => {
      if (!this.#connected) this.#release();
    });
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('src') || changed.has('database') || changed.has('adapter')) this.#provide();
  }

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const root = super.createRenderRoot();
    root.append(document.createElement('slot'));
    return root;
  }

  #provide(): void {
    if (!this.#connected) return;
    if (this.adapter) {
      this.#give(this.adapter);
      this.#release();
      return;
    }
    const { src, database } = this;
    const source = src ? `src ${src}` : `database ${database ?? ''}`;
    if (this.#own?.source === source) return;
    const before = this.#own;
    const adapter = src ? lazyRest(src) : lazyIndexedDB(database ?? undefined);
    this.#own = { source, adapter };
    this.#give(adapter);
    void before?.adapter.close?.();
  }

  /** Answers from now on, and not before it has an answer: whoever is told nothing would go elsewhere. */
  #give(adapter: PipelineAdapter): void {
    if (this.#context) this.#context.setValue(adapter);
    else this.#context = new ContextProvider(this, { context: adapterContext, initialValue: adapter });
  }

  #release(): void {
    void this.#own?.adapter.close?.();
    this.#own = undefined;
  }
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
