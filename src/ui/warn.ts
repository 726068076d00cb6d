/** Warnings for developers in the console. */

const warned = new Set<string>();

/** Warns the developer once, with what to write instead. An element never throws at an invalid value. */
export function warnOnce(text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  console.warn(`pipeline-elements: ${text}`);
}
