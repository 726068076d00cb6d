/** Arrow key navigation in lists. */
const STEPS: Record<string, (at: number, last: number) => number> = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_at, last) => last,
};

/** Up, Down, Home and End move focus between visible rows; Tab still visits every row. */
export function moveWithArrows(list: HTMLElement): void {
  list.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const links = [...list.querySelectorAll<HTMLElement>('.row:not([hidden], .search-miss) > a.row-link')];
    const at = links.findIndex((link) => link === event.target);
    if (at < 0) return;
    event.preventDefault();
    links[step(at, links.length - 1)]?.focus();
  });
}
