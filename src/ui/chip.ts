import { html, nothing, type TemplateResult } from 'lit/html.js';
import { chipParts, type ShownStatus } from './chip-look.js';
import { statusColor } from './status-color.js';

/**
 * A status as a coloured pill: its colour as a dot, its name in its own direction, and what the caller puts `after`.
 * Without a status: a quiet, dashed one.
 */
export function chip(status: ShownStatus | undefined, label: string, after: unknown = nothing): TemplateResult {
  return html`<span class="chip" part=${chipParts(status)} ?data-none=${!status} ${statusColor(status)}
    ><span class="swatch" part="swatch"></span><bdi class="label" part="label">${label}</bdi>${after}</span
  >`;
}
