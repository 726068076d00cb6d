/** Tests of what a picker keeps and drops when its data comes from another source. */
import { expect, fixture, html } from '@open-wc/testing';
import { deepActiveElement, until } from '../../../test/support.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import './define.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';
import { option, options, pick, picker, pipeline, ready, shown, statusOf, trigger } from './test-picker.js';

async function other(): Promise<MemoryAdapter> {
  const adapter = new MemoryAdapter();
  await adapter.createStatus({ id: 'leads', name: 'Their leads', color: '#2775f8' });
  return adapter;
}

describe('<pipeline-status-picker> after a change of source', () => {
  it('keeps its value as a form control, and closes its list', async () => {
    const form = await fixture<HTMLFormElement>(html`
      <form>
        <pipeline-status-picker name="status" value="leads" .adapter=${await pipeline()}></pipeline-status-picker>
      </form>
    `);
    const element = form.querySelector<PipelineStatusPicker>('pipeline-status-picker')!;
    await ready(element);
    element.show();
    await option(element, 'Purchase');
    const events: string[] = [];
    for (const type of ['input', 'change']) form.addEventListener(type, () => events.push(type));
    element.adapter = await other();
    await until(() => shown(element) === 'Their leads');
    expect([options(element), element.value, new FormData(form).get('status'), events]).to.deep.equal([
      [],
      'leads',
      'leads',
      [],
    ]);
  });

  it('shows a value that is unknown to the new source as no status, and still keeps it', async () => {
    const element = await fixture<PipelineStatusPicker>(
      html`<pipeline-status-picker value="purchase" .adapter=${await pipeline()}></pipeline-status-picker>`,
    );
    await until(() => shown(element) === 'Purchase');
    element.adapter = await other();
    await until(() => shown(element) === 'No status');
    expect(element.value).to.equal('purchase');
  });

  it('returns focus from its list to the pill, and does not take focus from elsewhere', async () => {
    const element = await picker(await pipeline());
    element.show();
    await until(() => deepActiveElement()?.matches('[role=option]'));
    element.adapter = await other();
    expect(deepActiveElement()).to.equal(trigger(element));
    const input = document.createElement('input');
    element.after(input);
    element.show();
    await option(element, 'Their leads');
    input.focus();
    element.adapter = await pipeline();
    await ready(element);
    expect(deepActiveElement()).to.equal(input);
    input.remove();
  });

  it('does not write a change if the page switches to another source before it is written', async () => {
    const [here, there] = [await pipeline(), await other()];
    const element = await picker(here);
    element.addEventListener('pipeline-before-status-change', () => (element.adapter = there), { once: true });
    await pick(element, 'Leads');
    await ready(element);
    expect([await statusOf(here), await statusOf(there)]).to.deep.equal([undefined, undefined]);
  });

  it('is not affected when the same adapter is set again', async () => {
    const adapter = await pipeline();
    const element = await picker(adapter);
    element.show();
    await option(element, 'Leads');
    element.adapter = adapter;
    await element.updateComplete;
    expect(options(element).length).to.equal(4);
  });
});
