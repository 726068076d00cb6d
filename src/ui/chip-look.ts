import { DEFAULT_COLOR } from '../model/color.js';
import { statusSlug } from '../model/status.js';

export type ShownStatus = Readonly<Record<'name' | 'color', string>>;

/** The parts of a status's chip. */
export function chipParts(status: ShownStatus | undefined): string {
  const slug = status && statusSlug(status.name);
  return slug ? `chip status-${slug}` : 'chip';
}

/** The colour of a status, as the value of `--_c`: a designer's `--pipeline-status-{slug}` goes first. */
export function chipColor(status: ShownStatus | undefined): string {
  const slug = status ? statusSlug(status.name) : '';
  const color = status?.color ?? DEFAULT_COLOR;
  return slug ? `var(--pipeline-status-${slug}, ${color})` : color;
}
