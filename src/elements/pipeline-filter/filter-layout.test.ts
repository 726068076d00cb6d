/** The layout of the filter: small screens, large text, long names, right-to-left pages. */
import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import { emulateMediaFeatures, isChromium } from '../../../test/commands.js';
import { allByRole, byRole, deepActiveElement, queryByRole, until } from '../../../test/support.js';
import type { PipelineFilter } from './pipeline-filter.js';
import { LEADS, addMany, anyOf, box, hold, inbox, noneOf, open, ready, setUp } from './test-inbox.js';

const WIDE = { width: 800, height: 600 };
/** A name of the maximum length. */
const LONG = 'W'.repeat(64);

/** The visible pointer targets. */
const targets = (filter: PipelineFilter): HTMLElement[] =>
  [...filter.shadowRoot!.querySelectorAll<HTMLElement>('button, .option, .op, .search')].filter((each) =>
    each.checkVisibility({ checkVisibilityCSS: true }),
  );

/** Elements that overflow the screen or are cut off, except chips beside the button, which may be truncated. */
function misfits(filter: PipelineFilter): string[] {
  const words = filter.shadowRoot!.querySelectorAll<HTMLElement>('button, .option, .op, p, .popup .label');
  return [...words]
    .filter((each) => each.checkVisibility({ checkVisibilityCSS: true }))
    .filter((each) => {
      const { left, right } = each.getBoundingClientRect();
      const isCut = each.scrollWidth > each.clientWidth + 1 && !each.closest('.remove') && each.localName !== 'bdi';
      return left < -0.5 || right > innerWidth + 0.5 || isCut;
    })
    .map((each) => each.outerHTML.replace(/<!--.*?-->/g, '').slice(0, 200));
}

/** An open filter with everything it can show: search, many statuses, a long name, chips. */
async function full(): Promise<PipelineFilter> {
  const adapter = await inbox();
  await addMany(adapter);
  await adapter.createStatus({ id: 'long', name: LONG, color: '#056f62', after: null });
  const { filter } = await setUp(adapter);
  filter.filter = noneOf('leads', 'long', null);
  await open(filter);
  await until(() => queryByRole(filter, 'checkbox', /^Leads, 2/));
  return filter;
}

describe('<pipeline-filter> layout', () => {
  after(() => setViewport(WIDE));

  describe('nothing overflows the screen or is cut off', () => {
    for (const [name, width, style] of [
      ['on a small phone', 360, ''],
      ['at 400% zoom', 320, ''],
      ['with text twice as large', 360, '--pipeline-font-size: 28px; font-size: 200%'],
      ['with the text spacing of WCAG 1.4.12', 360, 'line-height: 1.5; letter-spacing: 0.12em; word-spacing: 0.16em'],
    ] as const) {
      it(name, async () => {
        await setViewport({ width, height: 640 });
        const filter = await full();
        filter.style.cssText = style;
        for (const locale of ['en', 'id']) {
          filter.locale = locale;
          await until(() => queryByRole(filter, 'button', locale === 'en' ? 'Clear filter' : 'Hapus filter'));
          await filter.updateComplete;
          dispatchEvent(new Event('resize'));
          expect(misfits(filter), locale).to.deep.equal([]);
          expect(document.documentElement.scrollWidth, locale).to.be.at.most(innerWidth);
        }
      });
    }
  });

  it('has targets of at least 24 px, or as large as --pipeline-control-size', async () => {
    await setViewport(WIDE);
    const filter = await full();
    const small = (least: number): string[] =>
      targets(filter)
        .filter((each) => Math.min(each.offsetWidth, each.offsetHeight) < least)
        .map((each) => `${each.offsetWidth} × ${each.offsetHeight}: ${each.ariaLabel ?? each.textContent.trim()}`);
    expect(small(24)).to.deep.equal([]);
    filter.style.setProperty('--pipeline-control-size', '44px');
    expect(small(44)).to.deep.equal([]);
  });

  it('truncates a long name in a chip, and shows all of it in the popup', async () => {
    await setViewport({ width: 360, height: 640 });
    const filter = await full();
    const short = filter.shadowRoot!.querySelector('.remove .label')!;
    expect([short.textContent, short.scrollWidth > short.clientWidth]).to.deep.equal([LONG, true]);
    const whole = box(filter, /^WWW/).closest('label')!.querySelector<HTMLElement>('.label')!;
    expect(whole.scrollWidth).to.be.at.most(whole.clientWidth);
    expect(whole.offsetHeight).to.be.above(2 * short.clientHeight);
  });

  it('scrolls the selected and the focused status into view in a list of a hundred', async () => {
    await setViewport(WIDE);
    const adapter = await inbox();
    await addMany(adapter, 97);
    const { filter } = await setUp(adapter);
    filter.filter = anyOf('s60');
    await open(filter);
    await until(() => deepActiveElement() === queryByRole(filter, 'checkbox', /^Step 60/));
    byRole(filter, 'searchbox', 'Search statuses');
    const group = filter.shadowRoot!.querySelector('.group')!;
    const isInView = (): boolean => {
      const { top, bottom } = group.getBoundingClientRect();
      const focused = deepActiveElement()!.closest('label')!.getBoundingClientRect();
      return focused.top >= top && focused.bottom <= bottom;
    };
    expect(group.scrollHeight).to.be.above(group.clientHeight);
    expect(isInView()).to.equal(true);
    for (const key of ['End', 'Home', 'ArrowDown']) {
      await sendKeys({ press: key });
      expect(isInView(), key).to.equal(true);
    }
  });

  it('reserves space while loading, so that content below does not shift', async () => {
    await setViewport(WIDE);
    const adapter = await inbox();
    const answer = hold(adapter, 'listStatuses');
    const page = await fixture<HTMLElement>(
      html`<div>
        <pipeline-filter .adapter=${adapter} value=${LEADS}></pipeline-filter>
        <p>below</p>
      </div>`,
    );
    const filter = page.querySelector('pipeline-filter')!;
    const top = (): number => page.querySelector('p')!.getBoundingClientRect().top;
    const before = top();
    const [skeleton] = filter.shadowRoot!.querySelectorAll('.skeleton');
    // Invisible during the first second.
    expect(getComputedStyle(skeleton!).opacity).to.equal('0');
    answer();
    await ready(filter);
    byRole(filter, 'button', 'Remove Leads from the filter');
    expect(top()).to.equal(before);
  });

  it('has no animation when the user prefers reduced motion', async function () {
    if (!isChromium) this.skip();
    await emulateMediaFeatures({ 'prefers-reduced-motion': 'reduce' });
    const adapter = await inbox();
    hold(adapter, 'listStatuses');
    const filter = await fixture<PipelineFilter>(html`<pipeline-filter .adapter=${adapter}></pipeline-filter>`);
    filter.filter = anyOf('leads');
    filter.show();
    await filter.updateComplete;
    const skeletons = [...filter.shadowRoot!.querySelectorAll('.skeleton')];
    expect(skeletons).to.have.length(4);
    for (const each of filter.shadowRoot!.querySelectorAll('*')) {
      const { animationDuration, transitionDuration } = getComputedStyle(each);
      expect(Math.max(parseFloat(animationDuration), parseFloat(transitionDuration))).to.be.below(0.001);
    }
  });

  it('shows a focus ring on everything the keyboard reaches', async () => {
    await setViewport(WIDE);
    const filter = await full();
    const seen = new Set<string>();
    filter.hide();
    filter.focus();
    const look = (): void => {
      const focused = deepActiveElement()!;
      const ring = focused.closest('.op, .option, .search-row') ?? focused;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(ring);
      const hasRing = (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
      expect(hasRing, focused.outerHTML).to.equal(true);
      seen.add(focused.className || (focused as HTMLInputElement).type);
    };
    for (const key of ['Shift', 'Enter', 'End', 'Tab', 'Tab', 'Tab', 'Tab', 'Tab']) {
      await sendKeys({ press: key });
      await filter.updateComplete;
      if (filter.shadowRoot!.activeElement) look();
    }
    await open(filter);
    for (const control of [byRole(filter, 'searchbox'), byRole(filter, 'radio', 'Is none of')]) {
      control.focus();
      look();
    }
    expect([...seen].sort()).to.deep.equal([
      'button trigger',
      'checkbox',
      'link-button',
      'link-button clear',
      'radio',
      'remove',
      'search',
    ]);
  });

  it('is mirrored in right-to-left pages, but not its arrow keys', async () => {
    await setViewport(WIDE);
    const { filter } = await setUp(await inbox());
    filter.parentElement!.dir = 'rtl';
    filter.filter = anyOf('leads');
    await open(filter);
    await until(() => queryByRole(filter, 'checkbox', /^Leads, 2/));
    const at = (selector: string): DOMRect => filter.shadowRoot!.querySelector(selector)!.getBoundingClientRect();
    expect(at('.popup').right).to.be.closeTo(at('.trigger').right, 1);
    expect(at('.option input').left).to.be.at.least(at('.option .chip').right);
    expect(at('.option .count').right).to.be.at.most(at('.option .chip').left);
    expect(at('.chosen').right).to.be.at.most(at('.trigger').left);
    expect(at('.remove .cross').right).to.be.at.most(at('.remove .label').left);
    await sendKeys({ press: 'ArrowDown' });
    await until(() => deepActiveElement() === queryByRole(filter, 'checkbox', /^Purchase/));
    await sendKeys({ press: 'ArrowUp' });
    await until(() => deepActiveElement() === queryByRole(filter, 'checkbox', /^Leads/));
    expect(allByRole(filter, 'checkbox')).to.have.length(4);
  });
});
