/** Whether a text holds a query, by the language's rules (accents and case do not matter). */
export function contains(text: string, query: string, collator: Intl.Collator): boolean {
  for (let start = 0; start + query.length <= text.length; start++) {
    if (collator.compare(text.slice(start, start + query.length), query) === 0) return true;
  }
  return false;
}
