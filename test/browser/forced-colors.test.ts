/** In forced colours (Windows' high contrast) a page's own colours are gone: everything must still be told apart. */
import { expect, fixture, html } from '@open-wc/testing';
import { MemoryAdapter } from '../../src/adapters/memory.js';
import '../../src/define.js';
import { emulateMediaFeatures } from '../commands.js';
import { byRole, queryByRole, until } from '../support.js';

async function pipeline(): Promise<MemoryAdapter> {
  const adapter = new MemoryAdapter();
  await adapter.createStatus({ id: 'leads', name: 'Leads', color: '#2775f8' });
  await adapter.createStatus({ id: 'purchase', name: 'Purchase', color: '#03a74d' });
  await adapter.setStatus([{ conversationId: 'c' }], 'leads');
  return adapter;
}

/** A system colour as the browser paints it. */
function system(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = name;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

describe('forced colours', () => {
  beforeEach(async () => {
    await emulateMediaFeatures({ 'forced-colors': 'active' });
    expect(matchMedia('(forced-colors: active)').matches).to.equal(true);
  });
  afterEach(() => emulateMediaFeatures({}));

  it('a chip keeps its name, a border, and the dot in the status\u2019s own colour', async () => {
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

  it('the chosen option has a mark that is no colour', async () => {
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

  for (const tag of ['pipeline-settings', 'pipeline-filter', 'pipeline-status-picker'] as const) {
    it(`<${tag}> is accessible`, async () => {
      const element = document.createElement(tag);
      element.adapter = await pipeline();
      if ('conversationId' in element) element.conversationId = 'c';
      const page = await fixture<HTMLElement>(html`<main></main>`);
      page.append(element);
      await until(() => element.shadowRoot?.querySelector('button'));
      await expect(element).to.be.accessible();
      if ('show' in element) {
        element.show();
        await until(() => element.shadowRoot!.querySelector(':popover-open'));
        await expect(element).to.be.accessible();
      }
    });
  }
});
