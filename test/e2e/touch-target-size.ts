/** Measures the size of touch targets, independent of how they look. */
import type { Page } from '@playwright/test';

/** Minimum width and height in pixels, from WCAG 2.5.5 and the guidelines of phone makers. */
const FINGER = 44;

export interface Targets {
  measured: number;
  /** Controls that are too small, one line each. */
  small: string[];
}

/** Measures the controls of the elements on a page; while a dialog or a popup is open, only those in it. */
export const measureTargets = (page: Page): Promise<Targets> =>
  page.evaluate((finger) => {
    const ELEMENTS = 'pipeline-settings, pipeline-status-picker, pipeline-filter';
    const CONTROLS = 'a[href], button, input, select, [role=option], [role=menuitem]';
    const OVERLAYS = 'dialog[open], :popover-open';
    const shown = [...document.querySelectorAll(ELEMENTS)]
      .flatMap(({ shadowRoot }) => [...shadowRoot!.querySelectorAll<HTMLElement>(CONTROLS)])
      .filter((control) => control.checkVisibility({ checkVisibilityCSS: true }));
    const above = shown.filter((control) => control.closest(OVERLAYS));
    const controls = above.length ? above : shown;

    const small = controls.flatMap((control) => {
      const target = control.closest('label') ?? control;
      target.scrollIntoView({ block: 'center', behavior: 'instant' });
      const { left, top, width, height } = target.getBoundingClientRect();
      const [x, y, reach] = [left + width / 2, top + height / 2, finger / 2 - 2];
      const root = control.getRootNode() as ShadowRoot;
      // The whole area belongs to the control: nothing covers its edges.
      const isHit = [
        [x - reach, y],
        [x + reach, y],
        [x, y - reach],
        [x, y + reach],
      ].every(([atX, atY]) => target.contains(root.elementFromPoint(atX!, atY!)));
      const name = control.ariaLabel ?? control.textContent.trim();
      return isHit && Math.min(width, height) >= finger
        ? []
        : [`${Math.round(width)} × ${Math.round(height)} px: ${control.localName} "${name}"`];
    });
    return { measured: controls.length, small };
  }, FINGER);
