/** Runs axe over every state of every element, in each color scheme and contrast. */
import type Axe from 'axe-core';
import 'axe-core/axe.min.js';
import { expect } from '@open-wc/testing';
import { setViewport } from '@web/test-runner-commands';
import { emulateMediaFeatures, isChromium } from '../commands.js';
import { STATES, settle } from './states/index.js';

declare const axe: typeof Axe;

const WIDE = { width: 1280, height: 720 };
const NARROW = { width: 360, height: 720 };

/** Media features to test with. They can only be emulated in Chromium; other engines use their own. */
const LOOKS: Record<string, Record<string, string>> = isChromium
  ? {
      light: { 'prefers-color-scheme': 'light' },
      dark: { 'prefers-color-scheme': 'dark' },
      'more contrast': { 'prefers-color-scheme': 'light', 'prefers-contrast': 'more' },
      'dark, more contrast': { 'prefers-color-scheme': 'dark', 'prefers-contrast': 'more' },
      'forced colors': { 'forced-colors': 'active' },
    }
  : { default: {} };

async function lookAt(features: Record<string, string>): Promise<void> {
  if (isChromium) await emulateMediaFeatures(features);
  for (const [feature, value] of Object.entries(features)) {
    expect(matchMedia(`(${feature}: ${value})`).matches, feature).to.equal(true);
  }
}

/** The violations that axe finds on the whole page, one line each. */
async function found(look: string): Promise<string[]> {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${look}: ${id} at ${target.flat().join(' ')}: ${failureSummary}`),
  );
}

describe('axe', () => {
  let main: HTMLElement;

  before(() => {
    document.title = 'Pipeline';
    document.documentElement.lang = 'en';
    document.documentElement.style.setProperty('color-scheme', 'light dark');
    document.body.style.setProperty('background', 'Canvas');
  });

  beforeEach(async () => {
    await setViewport(WIDE);
    main = document.createElement('main');
    const heading = Object.assign(document.createElement('h1'), { textContent: 'Pipeline Management' });
    const stage = document.createElement('div');
    main.append(heading, stage);
    document.body.append(main);
  });

  afterEach(() => main.remove());
  after(() => setViewport(WIDE));

  for (const [element, states] of Object.entries(STATES)) {
    for (const [name, show] of Object.entries(states)) {
      it(`finds nothing in ${element}: ${name}`, async function () {
        this.timeout(180_000);
        await show(main.lastElementChild as HTMLElement);
        const problems: string[] = [];
        // Two hundred rows take seconds and look like five.
        for (const look of Object.keys(LOOKS).slice(0, name.startsWith('200') ? 1 : undefined)) {
          await lookAt(LOOKS[look]!);
          settle();
          problems.push(...(await found(look)));
        }
        await setViewport(NARROW);
        problems.push(...(await found('360 px')));
        expect(problems.join('\n')).to.equal('');
      });
    }
  }
});
