import { expect, fixture, html } from '@open-wc/testing';
import { until } from '../../../test/support.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';
import { PHONE, pipeline, ready } from './test-picker.js';

describe('<pipeline-status-picker> its words', () => {
  it('says since when, under the inbox name', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'leads');
    const read = adapter.getEntries.bind(adapter);
    const threeDays = 3 * 24 * 60 * 60 * 1000;
    adapter.getEntries = async (ids) =>
      new Map([...(await read(ids))].map(([id, entry]) => [id, { ...entry, changedAt: Date.now() - threeDays }]));
    const element = await fixture<PipelineStatusPicker>(
      html`<pipeline-status-picker
        .adapter=${adapter}
        conversation-id=${PHONE}
        placement="details"
      ></pipeline-status-picker>`,
    );
    await ready(element);
    expect(element.shadowRoot!.textContent).to.include('for 3 days');
    element.locale = 'id';
    await until(() => element.shadowRoot!.textContent.includes('selama 3 hari'));
  });
});
