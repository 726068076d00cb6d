/** `Intl` formats that only open parts of the elements use. Created on first use, as each takes about a millisecond. */

const compactFormats = new Map<string, Intl.NumberFormat>();
const collators = new Map<string, Intl.Collator>();

/** Writes large numbers in few characters, such as "1.2K". */
export function compactFormat(tag: string): Intl.NumberFormat {
  let format = compactFormats.get(tag);
  if (!format) {
    format = new Intl.NumberFormat(tag, { notation: 'compact', maximumFractionDigits: 1 });
    compactFormats.set(tag, format);
  }
  return format;
}

/** Compares text as a search does: without regard to case and accents. */
export function searchCollator(tag: string): Intl.Collator {
  let collator = collators.get(tag);
  if (!collator) collators.set(tag, (collator = new Intl.Collator(tag, { usage: 'search', sensitivity: 'base' })));
  return collator;
}
