/** Tests the contrast of chips for any status color. */
import { expect, fixture, html } from '@open-wc/testing';
import { render } from 'lit';
import { chip } from '../../src/ui/templates.js';
import { chipStyles } from '../../src/ui/chip.js';
import { tokens } from '../../src/styles/base.js';
import { emulateMediaFeatures } from '../commands.js';
import { contrast, painted } from './color.js';

/** A grid over sRGB including its corners: 18³ = 5,832 colors. */
const STEPS = 18;
const COLORS = Array.from({ length: STEPS ** 3 }, (_, i) => {
  const channels = [i % STEPS, Math.floor(i / STEPS) % STEPS, Math.floor(i / STEPS ** 2)];
  return `#${channels.map((step) => (step * 15).toString(16).padStart(2, '0')).join('')}`;
});

describe('chip contrast', () => {
  after(() => emulateMediaFeatures({}));

  for (const [scheme, contrastMode, least] of [
    ['light', 'no-preference', 4.5],
    ['dark', 'no-preference', 4.5],
    ['light', 'more', 7],
    ['dark', 'more', 7],
  ] as const) {
    it(`text is readable on any color: ${scheme}, contrast ${contrastMode}`, async function () {
      this.timeout(180_000);
      await emulateMediaFeatures({ 'prefers-contrast': contrastMode });
      expect(matchMedia('(prefers-contrast: more)').matches).to.equal(contrastMode === 'more');
      const host = await fixture<HTMLElement>(html`<div></div>`);
      host.style.colorScheme = scheme;
      const root = host.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [tokens.styleSheet!, chipStyles.styleSheet!];
      render(
        COLORS.map((color) => chip({ name: 'x', color }, 'x')),
        root,
      );
      let worst = { ratio: Infinity, color: '' };
      for (const [i, element] of root.querySelectorAll('.chip').entries()) {
        const { color, backgroundColor } = getComputedStyle(element);
        const ratio = contrast(painted(backgroundColor), painted(backgroundColor, color));
        if (ratio < worst.ratio) worst = { ratio, color: COLORS[i]! };
      }
      expect(worst.ratio, worst.color).to.be.at.least(least);
    });
  }

  it('the ring around the dot has a contrast of at least 3:1, whatever the color', async function () {
    this.timeout(180_000);
    for (const scheme of ['light', 'dark']) {
      const host = await fixture<HTMLElement>(html`<div></div>`);
      host.style.colorScheme = scheme;
      const root = host.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [tokens.styleSheet!, chipStyles.styleSheet!];
      render(
        COLORS.filter((_, i) => i % 7 === 0).map((color) => chip({ name: 'x', color }, 'x')),
        root,
      );
      for (const element of root.querySelectorAll('.chip')) {
        const ring = getComputedStyle(element.querySelector('.swatch')!).boxShadow.replace(/ 0px.*/, '');
        const ratio = contrast(painted(getComputedStyle(element).backgroundColor), painted(ring));
        expect(ratio, scheme).to.be.at.least(3);
      }
    }
  });
});
