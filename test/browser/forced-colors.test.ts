/** Tests that everything stays distinguishable with forced colors (high contrast mode in Windows). */
import { expect, fixture, html } from '@open-wc/testing';
import { MemoryAdapter } from '../../src/adapters/memory.js';
import '../../src/define.js';
import { emulateMediaFeatures } from '../commands.js';
import { byRole, queryByRole, until } from '../support.js';
import { contrast, painted } from './color.js';
import { STATES, settle } from './states/index.js';

async function pipeline(): Promise<MemoryAdapter> {
  const adapter = new MemoryAdapter();
  await adapter.createStatus({ id: 'leads', name: 'Leads', color: '#2775f8' });
  await adapter.createStatus({ id: 'purchase', name: 'Purchase', color: '#03a74d' });
  await adapter.setStatus([{ conversationId: 'c' }], 'leads');
  return adapter;
}

/** A system color as the browser paints it. */
function system(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = name;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

describe('forced colors', () => {
  beforeEach(async () => {
    await emulateMediaFeatures({ 'forced-colors': 'active' });
    expect(matchMedia('(forced-colors: active)').matches).to.equal(true);
  });
  afterEach(() => emulateMediaFeatures({}));

  it('a chip keeps its name, a border, and a dot in the status color', async () => {
    const adapter = await pipeline();
    const element = await fixture(
      html`<pipeline-status-picker .adapter=${adapter} conversation-id="c"></pipeline-status-picker>`,
    );
    const chip = await until(() => element.shadowRoot!.querySelector<HTMLElement>('.chip'));
    expect(chip.textContent.trim()).to.equal('Leads');
    const { borderTopColor, borderTopWidth, borderTopStyle } = getComputedStyle(chip);
    expect([borderTopColor, borderTopWidth, borderTopStyle]).to.deep.equal([system('CanvasText'), '1px', 'solid']);
    const dot = getComputedStyle(chip.querySelector('.swatch')!);
    expect(dot.backgroundColor).to.equal('rgb(39, 117, 248)');
    expect(dot.boxShadow).to.include(system('CanvasText'));
  });

  it('the selected option has a mark that does not depend on color', async () => {
    const adapter = await pipeline();
    const element = await fixture<HTMLElementTagNameMap['pipeline-status-picker']>(
      html`<pipeline-status-picker .adapter=${adapter} conversation-id="c"></pipeline-status-picker>`,
    );
    await until(() => element.shadowRoot!.querySelector('.chip'));
    element.show();
    const option = await until(() => queryByRole(element, 'option', 'Leads'));
    expect(option.querySelector('[part=check] svg')).to.not.equal(null);
    expect(byRole(element, 'option', 'Purchase').querySelector('[part=check] svg')).to.equal(null);
    await expect(element).to.be.accessible();
  });

  async function bring(element: string, state: string): Promise<ShadowRoot> {
    const main = await fixture<HTMLElement>(html`<main></main>`);
    await STATES[element]![state]!(main);
    settle();
    return main.querySelector('pipeline-settings, pipeline-status-picker, pipeline-filter')!.shadowRoot!;
  }

  for (const [element, state, ...parts] of [
    ['settings', 'filled', '.card', '.chip'],
    ['settings', 'add form', '.field', '.button.primary', '.button.cancel'],
    ['settings', 'empty', '.empty .button', '.sketch span'],
    ['settings', 'handle menu', '.popup'],
    ['settings', 'delete dialog', '.dialog', '.choices', 'select', '.button.danger'],
    ['settings', 'undo message', '.message'],
    ['settings', 'loading skeleton', '.skeleton'],
    ['picker', 'open', '.popup', '.chip'],
    ['picker', 'loading', '.skeleton'],
    ['filter', 'open', '.button.trigger', '.badge', '.popup', '.chip'],
  ] as const) {
    it(`each ${parts.join(', ')} of the ${element} has a border: ${state}`, async () => {
      const root = await bring(element, state);
      for (const part of parts) {
        const shown = root.querySelector(part)!;
        const { borderTopStyle, borderTopWidth, borderTopColor } = getComputedStyle(shown);
        expect([borderTopStyle, borderTopWidth], part).to.deep.equal(['solid', '1px']);
        expect(contrast(painted('Canvas'), painted('Canvas', borderTopColor)), part).to.be.at.least(3);
      }
    });
  }

  for (const [element, state, part, css] of [
    ['settings', 'grabbed', '[data-grabbed]', 'outlineColor'],
    ['settings', 'add form', 'input:checked + .dot', 'outlineColor'],
    ['settings', 'handle menu', '.menu-item:focus', 'outlineColor'],
    ['picker', 'open', '[aria-selected=true]', 'outlineColor'],
    ['picker', 'search', '[data-active]', 'outlineColor'],
    ['filter', 'open', '.op:has(:checked)', 'backgroundColor'],
  ] as const) {
    it(`the selection is highlighted: ${part} of the ${element}`, async () => {
      const root = await bring(element, state);
      expect(getComputedStyle(root.querySelector(part)!)[css]).to.equal(system('Highlight'));
    });
  }

  it('a pill without a status has a dot and a caret in its text color', async () => {
    const root = await bring('picker', 'none');
    const caret = getComputedStyle(root.querySelector('.caret')!).color;
    expect(contrast(painted('Canvas'), painted('Canvas', caret))).to.be.at.least(4.5);
    expect(getComputedStyle(root.querySelector('.swatch')!).boxShadow).to.include(system('CanvasText'));
  });

  for (const element of ['picker', 'filter']) {
    it(`disabled controls have the system color, not a paler one: ${element}`, async () => {
      const { host } = await bring(element, 'disabled');
      for (const part of [':disabled', ':disabled .chip', ':disabled .chip[data-none]']) {
        const shown = [...host.parentElement!.children].flatMap((each) => [...each.shadowRoot!.querySelectorAll(part)]);
        expect(shown.length, part).to.be.above(0);
        for (const each of shown) {
          const { color, opacity } = getComputedStyle(each);
          expect([color, opacity], part).to.deep.equal([system('GrayText'), '1']);
        }
      }
    });
  }
});
