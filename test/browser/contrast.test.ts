import { expect, fixture, html } from '@open-wc/testing';
import { render } from 'lit';
import { chip, chipStyles } from '../../src/internal/chip.js';
import { tokens } from '../../src/styles/tokens.js';
import { emulateMediaFeatures } from '../commands.js';

/** A grid over all of sRGB, corners included: 18³ = 5,832 colours. */
const STEPS = 18;
const COLORS = Array.from({ length: STEPS ** 3 }, (_, i) => {
  const channels = [i % STEPS, Math.floor(i / STEPS) % STEPS, Math.floor(i / STEPS ** 2)];
  return `#${channels.map((step) => (step * 15).toString(16).padStart(2, '0')).join('')}`;
});

const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;

/** The colour as painted: 8-bit sRGB, over what lies beneath. */
function painted(...layers: string[]): [number, number, number] {
  canvas.clearRect(0, 0, 1, 1);
  for (const layer of layers) {
    canvas.fillStyle = layer;
    canvas.fillRect(0, 0, 1, 1);
  }
  const [r = 0, g = 0, b = 0] = canvas.getImageData(0, 0, 1, 1).data;
  return [r, g, b];
}

/** WCAG 2 relative luminance. */
function luminance(rgb: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: readonly number[], b: readonly number[]): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe('chip contrast', () => {
  after(() => emulateMediaFeatures({}));

  for (const [scheme, contrastMode, least] of [
    ['light', 'no-preference', 4.5],
    ['dark', 'no-preference', 4.5],
    ['light', 'more', 7],
    ['dark', 'more', 7],
  ] as const) {
    it(`text stays readable on any colour: ${scheme}, contrast ${contrastMode}`, async function () {
      this.timeout(60_000);
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

  it('the dot is told from the chip by a ring of at least 3:1, whatever its colour', async function () {
    this.timeout(60_000);
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
