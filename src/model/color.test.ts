/** Tests of the palette. */
import { expect } from '@open-wc/testing';
import { DEFAULT_PALETTE, nextColor } from './color.js';
import { DEFAULT_COLOR } from './status.js';
import { parseColor } from './validate.js';

/** Relative luminance and contrast: WCAG 2.2. */
function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

describe('the default palette', () => {
  for (const { name, color } of DEFAULT_PALETTE) {
    it(`${name} is a valid color with a contrast of 3:1 on white and on near-black`, () => {
      expect(parseColor(color)).to.equal(color);
      expect(contrast(color, '#ffffff')).to.be.at.least(3);
      expect(contrast(color, '#111111')).to.be.at.least(3);
    });
  }

  it('has no duplicate color or name and includes the default color', () => {
    expect(new Set(DEFAULT_PALETTE.map((each) => each.color)).size).to.equal(DEFAULT_PALETTE.length);
    expect(new Set(DEFAULT_PALETTE.map((each) => each.name)).size).to.equal(DEFAULT_PALETTE.length);
    expect(DEFAULT_PALETTE.map((each) => each.color)).to.include(DEFAULT_COLOR);
  });
});

describe('nextColor', () => {
  const palette = ['#AA0000', '#00bb00', '#0000cc'].map((color) => ({ name: color, color }));

  it('goes through the palette and then starts again', () => {
    const used: string[] = [];
    for (let n = 0; n < 6; n++) used.push(nextColor(palette, used).toLowerCase());
    expect(used).to.deep.equal(['#aa0000', '#00bb00', '#0000cc', '#aa0000', '#00bb00', '#0000cc']);
  });

  it('offers the color of a deleted status again', () => {
    expect(nextColor(palette, ['#aa0000', '#0000cc', '#123456'])).to.equal('#00bb00');
  });

  it('falls back to the default color when the host gives an empty palette', () => {
    expect(nextColor([], ['#aa0000'])).to.equal(DEFAULT_COLOR);
  });
});
