/** Tests of the layout of the settings. */
import { expect, fixture, html } from '@open-wc/testing';
import { setViewport } from '@web/test-runner-commands';
import { until } from '../../../test/support.js';
import type { PipelineSettings } from './pipeline-settings.js';
import { NAMES, delay, pipeline, rows, settings, use } from './test-settings.js';

const WIDE = { width: 800, height: 600 };
const LONG = 'Waiting for the payment and for the signed contract to come back';

describe('<pipeline-settings> layout', () => {
  after(() => setViewport(WIDE));

  for (const [name, width, isReadonly, fontSize] of [
    ['', 800, false, ''],
    [' when read only', 800, true, ''],
    [' on a small phone', 360, false, ''],
    [' on a small phone, read only', 360, true, ''],
    [' with letters twice as large', 800, false, '28px'],
  ] as const) {
    it(`does not shift content below it when it has loaded${name}`, async () => {
      await setViewport({ ...WIDE, width });
      const adapter = await pipeline();
      await use(adapter, 'leads', 1234);
      const answer = delay(adapter, 'listStatuses');
      const element = await fixture<PipelineSettings>(
        html`<pipeline-settings .adapter=${adapter} .readonly=${isReadonly}></pipeline-settings>`,
      );
      element.style.setProperty('--pipeline-font-size', fontSize);
      const before = element.offsetHeight;
      expect(element.matches(':state(loading)')).to.equal(true);
      answer();
      await until(() => rows(element).length === NAMES.length);
      await until(() => element.shadowRoot!.querySelector('.count'));
      expect(element.offsetHeight).to.equal(before);
    });
  }

  it('shows a long name in full beside its count', async () => {
    await setViewport({ ...WIDE, width: 320 });
    const adapter = await pipeline([LONG]);
    await use(adapter, LONG.toLowerCase(), 1234);
    const element = await settings(adapter);
    await until(() => element.shadowRoot!.querySelector('.count'));
    const label = element.shadowRoot!.querySelector<HTMLElement>('.name .label')!;
    expect(label.offsetWidth).to.be.above(60);
    expect([label.scrollWidth > label.clientWidth, label.textContent]).to.deep.equal([false, LONG]);
  });
});
