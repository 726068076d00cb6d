import { ContextProvider } from '@lit/context';
import { LitElement, css, html, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { PipelineAdapter } from '../../adapters/adapter.js';
import { IndexedDBAdapter } from '../../adapters/indexeddb/adapter.js';
import { adapterContext } from '../../store/context.js';

/**
 * Gives the elements inside it their data, through shadow roots too. Renders only its slot. To change the tenant,
 * change `database` or `adapter`: every element inside follows.
 *
 * @summary Says where the elements inside it get their data.
 * @tag pipeline-provider
 * @slot - The part of the page that uses the data.
 */
export class PipelineProvider extends LitElement {
  static override styles = css`
    :host {
      display: contents;
    }
  `;

  /** Name of the IndexedDB database; one for each tenant and user keeps their data apart. */
  @property() database: string | null = null;

  /** Any adapter; goes before `database`. The provider does not close it. */
  @property({ attribute: false }) adapter: PipelineAdapter | undefined;

  /** The adapter it made itself, and from what. */
  #own: { adapter: PipelineAdapter; database: string } | undefined;
  #connected = false;

  readonly #context = new ContextProvider(this, { context: adapterContext });

  override connectedCallback(): void {
    this.#connected = true;
    // Elements inside ask as soon as they connect, before the first update.
    this.#provide();
    super.connectedCallback();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#connected = false;
    // Later: an element that is moved in the page leaves and comes back within one turn.
    queueMicrotask(() => {
      if (!this.#connected) this.#release();
    });
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('database') || changed.has('adapter')) this.#provide();
  }

  protected override render(): TemplateResult {
    return html`<slot></slot>`;
  }

  #provide(): void {
    if (!this.#connected) return;
    if (this.adapter) {
      this.#context.setValue(this.adapter);
      this.#release();
      return;
    }
    const database = this.database || 'pipeline-elements';
    if (this.#own?.database === database) return;
    const before = this.#own;
    this.#own = { database, adapter: new IndexedDBAdapter({ database }) };
    this.#context.setValue(this.#own.adapter);
    void before?.adapter.close?.();
  }

  #release(): void {
    void this.#own?.adapter.close?.();
    this.#own = undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'pipeline-provider': PipelineProvider;
  }
}
