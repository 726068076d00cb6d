/** Tests the theming API: custom properties, parts, states and motion. */
import { expect } from '@open-wc/testing';
import { resetMouse, sendMouse } from '@web/test-runner-commands';
import Sortable from 'sortablejs';
import { DEFAULT_PALETTE } from '../../src/model/color.js';
import { emulateMediaFeatures, isChromium } from '../commands.js';
import { until } from '../support.js';
import { contrast, painted } from './color.js';
import { STATES, settle } from './states/index.js';

type Kind = 'settings' | 'picker' | 'filter';
const ELEMENTS: readonly Kind[] = ['settings', 'picker', 'filter'];

let main: HTMLElement;
const sheet = new CSSStyleSheet();

/** The host and all elements in its shadow root. */
const inside = (host: Element): Element[] => [host, ...host.shadowRoot!.querySelectorAll('*')];

/** Puts an element into a named state. */
async function bring(element: Kind, state: string): Promise<HTMLElement> {
  main.replaceChildren();
  await STATES[element]![state]!(main);
  settle();
  return [...main.children].find((each) => each.localName.startsWith('pipeline-')) as HTMLElement;
}

beforeEach(() => {
  document.adoptedStyleSheets = [sheet];
  document.documentElement.style.setProperty('color-scheme', 'light dark');
  main = document.createElement('main');
  document.body.append(main);
});

afterEach(() => {
  sheet.replaceSync('');
  main.remove();
});

const RGB = 'rgb(1, 2, 3)';

/** A value for each custom property, the computed property it affects, and the states in which it does. */
const PROPERTIES: [
  property: string,
  value: string,
  css: string,
  computed: string | Record<Kind, string>,
  states: Partial<Record<Kind, string>>,
][] = [
  ['surface', RGB, 'background-color', RGB, { settings: 'add form' }],
  ['surface-raised', RGB, 'background-color', RGB, { settings: 'handle menu', picker: 'open', filter: 'closed' }],
  ['text', RGB, 'color', RGB, { settings: 'filled', picker: 'open', filter: 'closed' }],
  ['text-muted', RGB, 'color', RGB, { settings: 'filled', picker: 'none', filter: 'open' }],
  ['border', RGB, 'border-top-color', RGB, { settings: 'filled', picker: 'none', filter: 'closed' }],
  ['accent', RGB, 'background-color', RGB, { settings: 'add form', filter: 'chips' }],
  ['accent', RGB, 'color', RGB, { settings: 'filled', picker: 'undo shown', filter: 'chips' }],
  ['danger', RGB, 'background-color', RGB, { settings: 'delete dialog' }],
  ['danger', RGB, 'color', RGB, { settings: 'edit form with error', picker: 'failed with reason', filter: 'error' }],
  ['focus-ring', RGB, 'outline-color', RGB, { settings: 'add form', picker: 'required and invalid', filter: 'error' }],
  [
    'focus-width',
    '7px',
    'outline-width',
    '7px',
    { settings: 'add form', picker: 'required and invalid', filter: 'error' },
  ],
  ['font', 'fantasy', 'font-family', 'fantasy', { settings: 'add form', picker: 'open', filter: 'open' }],
  ['font-size', '21px', 'font-size', '21px', { settings: 'add form', picker: 'open', filter: 'open' }],
  [
    'radius',
    '13px',
    'border-top-left-radius',
    { settings: '13px', picker: '15px', filter: '15px' },
    { settings: 'add form', picker: 'open', filter: 'open' },
  ],
  ['chip-radius', '3px', 'border-top-left-radius', '3px', { settings: 'filled', picker: 'chosen', filter: 'chips' }],
  [
    'gap',
    '40px',
    'column-gap',
    { settings: '40px', picker: '30px', filter: '30px' },
    { settings: 'add form', picker: 'undo shown', filter: 'chips' },
  ],
  ['control-size', '50px', 'min-height', '50px', { settings: 'add form', picker: 'open', filter: 'closed' }],
  ['status-leads', RGB, 'background-color', RGB, { settings: 'filled', picker: 'chosen', filter: 'chips' }],
];

/** The state of each element in which each part is visible. */
const PARTS: Record<Kind, Record<string, string>> = {
  settings: {
    filled: 'list row handle chip status-leads swatch label count edit delete',
    'add form': 'form palette',
    'handle menu': 'popup option',
    'undo message': 'message undo',
    'save error': 'message error',
    'load error': 'error',
    'edit form with error': 'error',
    'delete dialog with error': 'error',
    'not saved on this device': 'message',
    empty: 'empty',
    'read-only and empty': 'empty',
    'loading skeleton': 'skeleton',
  },
  picker: {
    chosen: 'trigger chip status-leads swatch label caret',
    open: 'popup listbox option check',
    search: 'search',
    'search with no result': 'empty',
    'no statuses': 'empty',
    'undo shown': 'undo',
    'failed with reason': 'error',
    'load error': 'error',
    loading: 'skeleton',
    readonly: 'trigger chip',
  },
  filter: {
    chips: 'trigger caret clear chip status-leads swatch label',
    open: 'popup group option check count clear',
    search: 'search',
    'search with no result': 'empty',
    'no statuses': 'empty',
    error: 'error',
    'error of the list': 'error',
    'status deleted meanwhile': 'message',
    loading: 'skeleton',
  },
};

/** The states of each element in which a `:state()` matches, and in which it does not. */
const CUSTOM_STATES: Record<Kind, Record<string, [on: string, off: string]>> = {
  settings: {
    loading: ['loading skeleton', 'filled'],
    saving: ['saving', 'filled'],
    error: ['load error', 'filled'],
    empty: ['empty', 'filled'],
    dragging: ['grabbed', 'handle menu'],
    open: ['handle menu', 'grabbed'],
  },
  picker: {
    open: ['open', 'chosen'],
    loading: ['loading', 'chosen'],
    saving: ['saving', 'chosen'],
    error: ['failed with reason', 'undo shown'],
    empty: ['none', 'chosen'],
  },
  filter: {
    open: ['open', 'chips'],
    filtered: ['chips', 'closed'],
    loading: ['loading', 'closed'],
    error: ['error', 'closed'],
    empty: ['no statuses', 'open'],
  },
};

describe('custom properties', () => {
  for (const [property, value, css, computed, states] of PROPERTIES) {
    for (const [element, state] of Object.entries(states) as [Kind, string][]) {
      it(`--pipeline-${property} affects the ${css} of the ${element}`, async () => {
        const expected = typeof computed === 'string' ? computed : computed[element];
        const host = await bring(element, state);
        const has = (): boolean =>
          inside(host).some((each) => getComputedStyle(each).getPropertyValue(css) === expected);
        expect(has(), 'before').to.equal(false);
        sheet.replaceSync(`:root { --pipeline-${property}: ${value} }`);
        // The browser may not show a focus ring, and the one of a pill may still be animating.
        expect(await until(() => (settle(), has()), `${css}: ${expected}`)).to.equal(true);
      });
    }
  }

  it('text on a bright or dark accent is still readable', async () => {
    const host = await bring('settings', 'delete dialog');
    for (const color of ['#ffd400', '#00c2ff', '#777777', '#5a5a5a', '#3b0764', '#ff0000', '#ffffff', '#000000']) {
      sheet.replaceSync(`:root { --pipeline-danger: ${color} }`);
      const style = getComputedStyle(host.shadowRoot!.querySelector('.danger')!);
      expect(contrast(painted(style.color), painted(style.backgroundColor)), color).to.be.at.least(4.5);
    }
  });
});

describe('parts', () => {
  for (const element of ELEMENTS) {
    for (const [state, parts] of Object.entries(PARTS[element])) {
      it(`of the ${element} can be styled from outside: ${parts} (${state})`, async () => {
        const host = await bring(element, state);
        for (const part of parts.split(' ')) {
          sheet.replaceSync(`${host.localName}::part(${part}) { letter-spacing: 7px; opacity: 0.5; }`);
          const found = inside(host).filter((each) => each.part.contains(part));
          expect(found.length, part).to.be.at.least(1);
          for (const each of found) {
            const { letterSpacing, opacity } = getComputedStyle(each);
            expect([letterSpacing, opacity], part).to.deep.equal(['7px', '0.5']);
          }
        }
      });
    }
  }
});

describe('states', () => {
  for (const element of ELEMENTS) {
    for (const [name, [on, off]] of Object.entries(CUSTOM_STATES[element])) {
      it(`:state(${name}) of the ${element} matches exactly where it should`, async () => {
        expect((await bring(element, on)).matches(`:state(${name})`), on).to.equal(true);
        expect((await bring(element, off)).matches(`:state(${name})`), off).to.equal(false);
      });
    }
  }
});

describe('the focus ring', () => {
  for (const scheme of ['light', 'dark']) {
    it(`has a contrast of 3:1 against every surface and chip: ${scheme}`, async () => {
      main.style.setProperty('color-scheme', scheme);
      const host = await bring('picker', 'required and invalid');
      const trigger = host.shadowRoot!.querySelector('button')!;
      expect(trigger.matches(':focus-visible')).to.equal(true);
      const { outlineColor, outlineStyle, outlineWidth } = getComputedStyle(trigger.firstElementChild!);
      expect([outlineStyle, outlineWidth]).to.deep.equal(['solid', '2px']);
      const ring = painted(outlineColor);
      const form = await bring('settings', 'add form');
      for (const part of ['.card', '.button:not(.primary)']) {
        const { backgroundColor } = getComputedStyle(form.shadowRoot!.querySelector(part)!);
        expect(contrast(ring, painted(backgroundColor)), part).to.be.at.least(3);
      }
      const chosen = await bring('picker', 'chosen');
      for (const { name, color } of DEFAULT_PALETTE) {
        sheet.replaceSync(`:root { --pipeline-status-leads: ${color} }`);
        const { backgroundColor } = getComputedStyle(chosen.shadowRoot!.querySelector('.chip')!);
        expect(contrast(ring, painted(backgroundColor)), name).to.be.at.least(3);
      }
    });
  }
});

if (isChromium) {
  describe('reduced motion', () => {
    beforeEach(() => emulateMediaFeatures({ 'prefers-reduced-motion': 'reduce' }));

    for (const element of ELEMENTS) {
      it(`nothing in the ${element} moves, in any state`, async () => {
        for (const state of Object.keys(STATES[element]!).filter((name) => !name.startsWith('200'))) {
          const host = await bring(element, state);
          for (const each of inside(host).slice(1)) {
            for (const pseudo of ['', '::before', '::after', '::backdrop']) {
              const style = getComputedStyle(each, pseudo);
              expect(style.transitionDuration, `${state}: ${each.className}`).to.equal('0s');
              if (style.animationName === 'none') continue;
              // Ends immediately: the final state is static.
              expect(parseFloat(style.animationDuration), `${state}: ${each.className}`).to.be.below(0.001);
              expect(style.animationIterationCount).to.equal('1');
            }
          }
        }
      });
    }

    it('rows are not animated during a drag', async () => {
      const host = await bring('settings', 'filled');
      const list = host.shadowRoot!.querySelector<HTMLElement>('ol')!;
      await until(() => Sortable.get(list), 'SortableJS');
      const [first, , third] = list.children;
      const { left, top } = first!.querySelector('.handle')!.getBoundingClientRect();
      await sendMouse({ type: 'move', position: [Math.round(left) + 5, Math.round(top) + 5] });
      await sendMouse({ type: 'down' });
      const { bottom } = third!.getBoundingClientRect();
      await sendMouse({ type: 'move', position: [Math.round(left) + 5, Math.round(bottom) - 5] });
      await until(() => third!.nextElementSibling === first, 'the row to be moved');
      const moving = list.getAnimations({ subtree: true });
      await resetMouse();
      expect(moving).to.deep.equal([]);
    });
  });
}
