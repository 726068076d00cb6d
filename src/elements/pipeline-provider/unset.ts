/** Tells a name or address from what stands there while the host does not know it yet. */

const BLANK = /^[\s\p{C}]*$/u;
/** What a variable without a value turns into as text. Apart from `BLANK`: as one pattern they would take quadratic time. */
const WORD = /^[\s\p{C}]*(?:undefined|null|NaN|false)[\s\p{C}]*$/u;
const INSIDE = /\bundefined\b|\[object Object\]/;

export const isUnset = (text: string): boolean => [BLANK, WORD, INSIDE].some((pattern) => pattern.test(text));
