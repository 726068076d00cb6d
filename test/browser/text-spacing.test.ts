/** Tests WCAG 1.4.12, 1.4.4 and 1.4.10: nothing is cut off with any text spacing, on the smallest screens. */
import { expect } from '@open-wc/testing';
import { setViewport } from '@web/test-runner-commands';
import { STATES, settle } from './states/index.js';

const WIDE = { width: 1280, height: 720 };

/** Text spacing as set by a user style sheet or an extension, in all shadow roots. */
const SPACING = new CSSStyleSheet();
SPACING.replaceSync(`
  * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
  p { margin-block-end: 2em !important }
`);

/**
 * Exceptions: a long name on a single pill ends with "…"; a select is rendered by the browser; a dragged row keeps the
 * width that it had before the screen was rotated; the others are invisible.
 */
const MAY_BE_CUT =
  '.trigger .label, .remove .label, select, option, .dragged, .skeleton, .visually-hidden, .sentence, [data-pipeline-announcer]';

/** What overflows the screen or its own box, one line each. */
function misfits(root: ShadowRoot): string[] {
  return [...root.querySelectorAll<HTMLElement>('*')]
    .filter((each) => each.checkVisibility({ checkVisibilityCSS: true }) && !each.closest(MAY_BE_CUT))
    .filter((each) => {
      const { left, right } = each.getBoundingClientRect();
      if (left < -0.5 || right > innerWidth + 0.5) return true;
      const { overflowX, overflowY, display } = getComputedStyle(each);
      if (display === 'inline' || each.localName === 'input') return false;
      if (overflowX === 'visible' && each.localName !== 'button') return false;
      // Vertical scrolling is fine; horizontal scrolling is not.
      const isCutDown = !/auto|scroll/.test(overflowY) && each.scrollHeight > each.clientHeight + 2;
      return isCutDown || each.scrollWidth > each.clientWidth + 2;
    })
    .map((each) => `${each.localName}.${each.className}: ${each.textContent.trim().replace(/\s+/g, ' ').slice(0, 60)}`);
}

describe('text with user-defined spacing', () => {
  let main: HTMLElement;

  beforeEach(() => {
    main = document.createElement('main');
    main.style.setProperty('padding', '16px');
    document.body.style.setProperty('margin', '0');
    document.body.append(main);
  });

  afterEach(() => {
    main.remove();
    document.documentElement.style.removeProperty('font-size');
  });
  after(() => setViewport(WIDE));

  for (const [element, states] of Object.entries(STATES)) {
    for (const [name, show] of Object.entries(states)) {
      it(`is complete in ${element}: ${name}`, async () => {
        await setViewport({ width: 360, height: 640 });
        await show(main);
        const elements = [...main.querySelectorAll('*')].filter((each) => each.shadowRoot);
        for (const { shadowRoot } of elements) shadowRoot!.adoptedStyleSheets.push(SPACING);
        const found: string[] = [];
        for (const size of ['100%', '200%']) {
          for (const width of [360, 320]) {
            document.documentElement.style.setProperty('font-size', size);
            await setViewport({ width, height: 640 });
            dispatchEvent(new Event('resize'));
            await new Promise(requestAnimationFrame);
            settle();
            const here = elements.flatMap(({ shadowRoot }) => misfits(shadowRoot!));
            if (document.documentElement.scrollWidth > innerWidth) here.push('the page scrolls to the side');
            found.push(...here.map((each) => `${width} px, ${size}: ${each}`));
          }
        }
        expect(found.join('\n')).to.equal('');
      }).timeout(180_000);
    }
  }
});
