/** Templates that several elements render: a status's chip, a name within a sentence, icons. */
import { Directive, PartType, directive, type PartInfo } from 'lit/directive.js';
import { html, nothing, svg, type ElementPart, type SVGTemplateResult, type TemplateResult } from 'lit/html.js';
import { chipColor, chipParts, type ChipStatus } from './chip.js';

/**
 * A status as a chip: a dot in its color, and its name in the name's own direction, followed by `after`. Without a
 * status the chip is gray and dashed.
 */
export function chip(status: ChipStatus | undefined, label: string, after: unknown = nothing): TemplateResult {
  return html`<span class="chip" part=${chipParts(status)} ?data-none=${!status} ${statusColor(status)}
    ><span class="swatch" part="swatch"></span
    ><bdi class="label" part="label" .textContent=${label}></bdi>${after}</span
  >`;
}

class StatusColor extends Directive {
  #value: string | undefined;

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('statusColor() belongs on an element');
  }

  render(_status: ChipStatus | undefined): unknown {
    return nothing;
  }

  override update({ element }: ElementPart, [status]: [ChipStatus | undefined]): unknown {
    const value = chipColor(status);
    if (value !== this.#value) (element as HTMLElement).style.setProperty('--_c', (this.#value = value));
    return nothing;
  }
}

/**
 * Sets `--_c`, from which the chip's style sheet derives its colors, on an element. By `setProperty`: a strict
 * Content-Security-Policy refuses `style` attributes.
 */
export const statusColor = directive(StatusColor);

/** A character that stands in for a name and occurs in no message. */
const PLACEHOLDER = '\ufffc';

/** A message with a user's text in it. The text keeps its own direction, wherever the language puts it. */
export function withName(message: (name: string) => string, name: string): TemplateResult {
  const [before, after] = message(PLACEHOLDER).split(PLACEHOLDER);
  return html`${before}<bdi>${name}</bdi>${after}`;
}

/** Marked as pure, so that bundlers leave out the icons that are not used. */
/* @__NO_SIDE_EFFECTS__ */
const icon = (shape: () => SVGTemplateResult): TemplateResult =>
  html`<svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">${shape()}</svg>`;

export const checkIcon = icon(() => svg`<path d="m3.5 8.5 3 3 6-7"/>`);
export const dotsIcon = icon(
  () =>
    svg`<g fill="currentColor" stroke="none"><circle cx="6" cy="3.5" r="1.2"/><circle cx="10" cy="3.5" r="1.2"/><circle cx="6" cy="8" r="1.2"/><circle cx="10" cy="8" r="1.2"/><circle cx="6" cy="12.5" r="1.2"/><circle cx="10" cy="12.5" r="1.2"/></g>`,
);
export const pencilIcon = icon(() => svg`<path d="m10.8 2.7 2.5 2.5L5.5 13l-3 .5.5-3z"/><path d="m9.3 4.2 2.5 2.5"/>`);
export const trashIcon = icon(
  () =>
    svg`<path d="M2.8 4.3h10.4"/><path d="M6 4.2V2.6h4v1.6"/><path d="m4 4.4.6 8.9h6.8l.6-8.9"/><path d="M6.7 7v3.8M9.3 7v3.8"/>`,
);
export const plusIcon = icon(() => svg`<path d="M8 3v10M3 8h10"/>`);
export const closeIcon = icon(() => svg`<path d="m4 4 8 8M12 4l-8 8"/>`);
export const filterIcon = icon(() => svg`<path d="M2.5 4h11M4.5 8h7M6.5 12h3"/>`);
export const warningIcon = icon(() => svg`<path d="M8 2.5 14.3 13H1.7z"/><path d="M8 6.5v3M8 11.3v.1"/>`);
export const clockIcon = icon(() => svg`<circle cx="8" cy="8" r="5.7"/><path d="M8 4.9V8l2.1 1.5"/>`);
export const offlineIcon = icon(
  () =>
    svg`<path d="M1.8 6.2a9.4 9.4 0 0 1 12.4 0"/><path d="M4.3 9a5.6 5.6 0 0 1 7.4 0"/><path d="M8 12.2v.1"/><path d="m3 13.4 10-11"/>`,
);
export const searchIcon = icon(() => svg`<circle cx="7" cy="7" r="4"/><path d="m10 10 3.5 3.5"/>`);
