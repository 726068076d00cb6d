/** The palette of status colors, and the choice of the next one. */
import { DEFAULT_COLOR } from './status.js';

/** A color that the settings offer. `name` is a key of the palette's texts, or any text of the host. */
export interface PaletteColor {
  name: string;
  /** `#rrggbb`. */
  color: string;
}

/**
 * Ten colors that are distinguishable with every kind of color vision and reach a contrast of 3:1 on white and on
 * near-black. New statuses get them in this order, in which adjacent colors differ most.
 */
export const DEFAULT_PALETTE: readonly PaletteColor[] = [
  { name: 'blue', color: '#2775f8' },
  { name: 'red', color: '#fb0547' },
  { name: 'slate', color: '#8b91a5' },
  { name: 'olive', color: '#887703' },
  { name: 'teal', color: '#056f62' },
  { name: 'rust', color: '#ab3d0b' },
  { name: 'clay', color: '#af8c7b' },
  { name: 'violet', color: '#8b00f6' },
  { name: 'green', color: '#03a74d' },
  { name: 'pink', color: '#e83fa7' },
];

/** The first color of the palette that the fewest statuses use. */
export function nextColor(palette: readonly PaletteColor[], used: readonly string[]): string {
  let best = palette[0]?.color ?? DEFAULT_COLOR;
  let fewest = Infinity;
  for (const { color } of palette) {
    const count = used.filter((other) => other === color.toLowerCase()).length;
    if (count < fewest) [best, fewest] = [color, count];
  }
  return best;
}
