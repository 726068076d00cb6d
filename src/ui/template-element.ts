import type { PropertyValues } from '@lit/reactive-element';
import { render, type RenderOptions } from 'lit/html.js';
import type { PipelineError } from '../model/errors.js';
import { errorText } from './error-text.js';
import { PipelineElement } from './pipeline-element.js';

/** An element whose content is one template, as in `LitElement`; directives that wait for something are not supported. */
export abstract class TemplateElement extends PipelineElement {
  readonly #options: RenderOptions = { host: this };

  /** What the element shows. */
  protected abstract render(): unknown;

  protected errorText(error: PipelineError): string {
    return errorText((key, values) => this.text(key, values), error);
  }

  protected override update(changed: PropertyValues): void {
    const content = this.render();
    super.update(changed);
    render(content, this.renderRoot, this.#options);
  }
}
