import { nothing, type ElementPart } from 'lit/html.js';
import { Directive, PartType, directive, type PartInfo } from 'lit/directive.js';
import { chipColor, type ShownStatus } from './chip-look.js';

/**
 * Gives an element a status's colour as `--_c`, which the chip's style derives everything from. By `setProperty`: a
 * `style` attribute is refused by a strict Content-Security-Policy.
 */
class StatusColor extends Directive {
  #value: string | undefined;

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('statusColor() belongs on an element');
  }

  render(_status: ShownStatus | undefined): unknown {
    return nothing;
  }

  override update({ element }: ElementPart, [status]: [ShownStatus | undefined]): unknown {
    const value = chipColor(status);
    if (value !== this.#value) (element as HTMLElement).style.setProperty('--_c', (this.#value = value));
    return nothing;
  }
}

export const statusColor = directive(StatusColor);
