/** What an id that a host gave would hardly hold, and a selector of more than a name does. */
const SELECTOR = /^[.#]|[[(>*:,\s]/;

/**
 * `matches()` of the filter takes an id where every other element's takes a selector, and a page's own code may well
 * ask `event.target.matches('.button')`. So what is a valid selector and looks like one is answered as such, and so is
 * the element's own name; `undefined` for the rest, which are ids (most are no valid selector: they begin with a digit,
 * or hold an `@`).
 */
export function matchesSelector(text: string, ask: (selector: string) => boolean): boolean | undefined {
  let answer: boolean;
  try {
    answer = ask(text);
  } catch {
    return undefined;
  }
  return answer || SELECTOR.test(text) ? answer : undefined;
}
