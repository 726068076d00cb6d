/** Tells a name or address from what stands there while the host does not know it yet. */

/** Blank, or what a variable without a value turns into as text, such as `undefined`, also inside of a name. */
const UNSET = /^[\s\p{C}]*(undefined|null|NaN|false)?[\s\p{C}]*$|\bundefined\b|\[object Object\]/u;

export const isUnset = (text: string): boolean => UNSET.test(text);
