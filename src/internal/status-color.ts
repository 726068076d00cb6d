import { nothing, type ElementPart } from 'lit';
import { Directive, PartType, directive, type PartInfo } from 'lit/directive.js';
import { DEFAULT_COLOR } from '../model/color.js';
import { statusSlug } from '../model/status.js';

/**
 * Gives an element a status's colour as `--_c`, which the chip's style derives everything from; a designer's
 * `--pipeline-status-{slug}` goes first. By `setProperty`: a `style` attribute is refused by a strict
 * Content-Security-Policy.
 */
class StatusColor extends Directive {
  #value: string | undefined;

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('statusColor() belongs on an element');
  }

  render(_status: { name: string; color: string } | undefined): unknown {
    return nothing;
  }

  override update({ element }: ElementPart, [status]: [{ name: string; color: string } | undefined]): unknown {
    const slug = status ? statusSlug(status.name) : '';
    const color = status?.color ?? DEFAULT_COLOR;
    const value = slug ? `var(--pipeline-status-${slug}, ${color})` : color;
    if (value !== this.#value) (element as HTMLElement).style.setProperty('--_c', (this.#value = value));
    return nothing;
  }
}

export const statusColor = directive(StatusColor);
