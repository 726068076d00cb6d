/** Announces changes to screen readers. */

/*
 * Announcements go through one polite live region in the page itself: live regions inside shadow roots are unreliable
 * (Chrome; VoiceOver on iOS). While a modal dialog is open the rest of the page is inert, so the region is in the dialog.
 */

/** Screen readers need some time to notice a new live region, milliseconds. */
const NEW_REGION_DELAY = 100;

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
/** The last announcement: the element that made it, and its region. */
let last: { source: Element; region: HTMLElement } | undefined;

/** Creates the region in advance, so that the first announcement has no delay. */
export function prepareToAnnounce(): void {
  regionIn(document.body);
}

/** How many failures are announced together: those of a longer list would be read for minutes. */
const MAX_FAILURES = 5;

/** The failures that are about to be announced, which a later announcement must not replace. */
let failures: readonly string[] = [];

/** Announces why something failed. Several failures at once, as when a network is lost, are announced together. */
export function announceFailure(text: string, source: Element): void {
  const earlier = failures;
  announce(text, source);
  failures = [...earlier.filter((each) => each !== text), text].slice(-MAX_FAILURES);
}

/** Announces `text` unless another announcement follows within `delay` milliseconds. */
export function announce(message: string, source: Element, delay = 0): void {
  clearTimeout(timer);
  const text = [...failures.filter((each) => each !== message), message].join(' ');
  const { region, isNew } = regionIn(modalAround(source) ?? document.body);
  last = { source, region };
  timer = setTimeout(
    () => {
      failures = [];
      // A region that keeps its text announces nothing: the same text again needs a difference that is not spoken.
      region.textContent = region.textContent === text ? `${text}\u00a0` : text;
    },
    Math.max(delay, isNew ? NEW_REGION_DELAY : 0),
  );
}

/** Withdraws the last announcement if it is stale: made by this element, or by one that is no longer in the page. */
export function silence(element: Element): void {
  if (!last || (last.source !== element && last.source.isConnected)) return;
  clearTimeout(timer);
  failures = [];
  last.region.textContent = '';
  last = undefined;
}
