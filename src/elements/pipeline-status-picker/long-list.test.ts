/** Tests of lists that are rendered in two steps. */
import { expect } from '@open-wc/testing';
import { allByRole, byRole, deepActiveElement, until } from '../../../test/support.js';
import type { MemoryAdapter } from '../../adapters/memory.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';
import { PHONE, click, focusedText, option, options, picker, pipeline, press, statusOf } from './test-picker.js';

const WIDE = 'Waiting for the payment to come';
const NAMES = Array.from({ length: 200 }, (_, i) => (i === 180 ? WIDE : `Status ${i + 1}`));

/** A picker whose popup code is loaded and whose list has not been opened. */
async function closed(status: string | null = null): Promise<[PipelineStatusPicker, MemoryAdapter]> {
  const adapter = await pipeline(NAMES);
  await adapter.setStatus([{ conversationId: PHONE }], status?.toLowerCase() ?? null);
  const element = await picker(adapter);
  element.show();
  await element.updateComplete;
  element.hide();
  await element.updateComplete;
  return [element, adapter];
}

/** The state before the first paint. */
const firstFrame = (): Promise<number> => new Promise(requestAnimationFrame);

describe('<pipeline-status-picker> long list', () => {
  for (const searchThreshold of [12, 200]) {
    describe(searchThreshold < 200 ? 'with search' : 'without search', () => {
      const opened = async (status?: string): Promise<[PipelineStatusPicker, MemoryAdapter]> => {
        const [element, adapter] = await closed(status);
        element.searchThreshold = searchThreshold;
        await element.updateComplete;
        element.show();
        await firstFrame();
        return [element, adapter];
      };

      it('paints the visible rows before the others are rendered, and then has all of them in order', async () => {
        const [element] = await opened();
        const first = options(element);
        expect(first.length).to.be.within(20, 80);
        const list = byRole(element, 'listbox');
        expect(list.scrollHeight, 'more than is in sight').to.be.greaterThan(list.clientHeight);
        await element.updateComplete;
        expect(options(element)).to.deep.equal([...NAMES, 'No status']);
      });

      it('has its final width and height at once', async () => {
        const [element] = await opened('Status 5');
        const popup = element.shadowRoot!.querySelector(':popover-open')!;
        const { left, top, width, height } = popup.getBoundingClientRect();
        await element.updateComplete;
        const after = popup.getBoundingClientRect();
        expect([after.left, after.top, after.width, after.height]).to.deep.equal([left, top, width, height]);
      });

      it('keeps the selected option in place and focused when the rows before it are added', async () => {
        const [element] = await opened('Status 150');
        const chosen = await option(element, 'Status 150');
        // As in Safari, which has no scroll anchoring.
        byRole(element, 'listbox').style.setProperty('overflow-anchor', 'none');
        const { top } = chosen.getBoundingClientRect();
        const focused = deepActiveElement();
        await element.updateComplete;
        expect(options(element).length).to.equal(201);
        expect(chosen.getBoundingClientRect().top).to.be.closeTo(top, 1);
        expect(deepActiveElement()).to.equal(focused);
        await firstFrame();
        await firstFrame();
        expect(chosen.getBoundingClientRect().top, 'a frame later').to.be.closeTo(top, 1);
      });

      it('selects the pressed option, whether rendered first or later', async () => {
        const [element, adapter] = await opened('Status 150');
        (await option(element, 'Status 148')).click();
        await until(async () => (await statusOf(adapter)) === 'status 148');
        element.show();
        await element.updateComplete;
        (await option(element, 'Status 3')).click();
        await until(async () => (await statusOf(adapter)) === 'status 3');
      });
    });
  }

  it('moves with a key to an option that is not rendered yet', async () => {
    const [element] = await closed('Status 5');
    element.searchThreshold = 200;
    await element.updateComplete;
    element.show();
    await firstFrame();
    deepActiveElement()!.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true }));
    await until(() => focusedText() === 'No status');
    await element.updateComplete;
    expect(focusedText()).to.equal('No status');
    const list = byRole(element, 'listbox').getBoundingClientRect();
    expect(deepActiveElement()!.getBoundingClientRect().bottom).to.be.within(list.top, list.bottom);
    await press('ArrowUp');
    expect(focusedText()).to.equal('Status 200');
  });

  it('renders all rows at once in a hidden page', async () => {
    const [element] = await closed();
    Object.defineProperty(document, 'hidden', { configurable: true, value: true });
    try {
      element.show();
      await Promise.resolve();
      await until(() => allByRole(element, 'option').length);
      expect(options(element).length).to.equal(201);
    } finally {
      Reflect.deleteProperty(document, 'hidden');
    }
  });

  it('finds options that are not rendered yet', async () => {
    const [element] = await closed();
    element.show();
    await firstFrame();
    const search = element.shadowRoot!.querySelector<HTMLInputElement>('.search')!;
    search.value = 'status 17';
    search.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await element.updateComplete;
    expect(options(element)).to.deep.equal(['Status 17', ...Array.from({ length: 10 }, (_, i) => `Status ${170 + i}`)]);
    await click(await option(element, 'Status 175'));
    await until(() => element.value === 'status 175');
  });
});
