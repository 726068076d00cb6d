/*
 * What changed is spoken through one polite region in the page itself: regions inside shadow roots are reported
 * unreliable (Chrome; VoiceOver on iOS). While a modal dialog is open the rest of the page is inert, so it speaks
 * from inside the dialog.
 */

/** Screen readers need a moment to notice a region that was just added. */
const SETTLE = 100;

const regions = new WeakMap<Element, HTMLElement>();

function regionIn(parent: Element): { region: HTMLElement; isNew: boolean } {
  const known = regions.get(parent);
  if (known?.parentNode === parent) return { region: known, isNew: false };
  const region = document.createElement('div');
  region.setAttribute('role', 'status');
  region.setAttribute('aria-live', 'polite');
  region.dataset['pipelineAnnouncer'] = '';
  region.style.cssText =
    'position:fixed;inset-block-start:0;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap';
  parent.append(region);
  regions.set(parent, region);
  return { region, isNew: true };
}

function modalAround(element: Element): Element | null {
  for (let node: Element | null = element; node;) {
    const dialog: Element | null = node.closest('dialog:modal');
    if (dialog) return dialog;
    node = (node.getRootNode() as Partial<ShadowRoot>).host ?? null;
  }
  return null;
}

let timer: ReturnType<typeof setTimeout> | undefined;
/** The last announcement: whose it is, and where it is spoken, or will be. */
let last: { from: Element; region: HTMLElement } | undefined;

/** Makes the region before it is needed, so that the first announcement is heard too. */
export function prepareToAnnounce(): void {
  regionIn(document.body);
}

/** Speaks `text` once nothing newer came for `delay` milliseconds. */
export function announce(text: string, from: Element, delay = 0): void {
  clearTimeout(timer);
  const { region, isNew } = regionIn(modalAround(from) ?? document.body);
  last = { from, region };
  timer = setTimeout(
    () => {
      // The same words again are a change only when something was said in between.
      region.textContent = region.textContent === text ? `${text}\u00a0` : text;
    },
    Math.max(delay, isNew ? SETTLE : 0),
  );
}

/** Takes back what an element has announced, or what one said that is no longer in the page: it is not true any more. */
export function silence(element: Element): void {
  if (!last || (last.from !== element && last.from.isConnected)) return;
  clearTimeout(timer);
  last.region.textContent = '';
  last = undefined;
}
