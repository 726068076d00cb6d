/** Tests of the picker as a form control. */
import { expect, fixture, html } from '@open-wc/testing';
import { byRole, until } from '../../../test/support.js';
import type { MemoryAdapter } from '../../adapters/memory.js';
import { runFormControlTests } from '../../ui/test-form-control.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';
import { PHONE, click, hold, option, pick, pipeline, ready, shown, statusOf } from './test-picker.js';

describe('<pipeline-status-picker> as a form control', () => {
  runFormControlTests<PipelineStatusPicker>({
    async create() {
      const element = document.createElement('pipeline-status-picker');
      element.adapter = await pipeline();
      return element;
    },
    ready,
    trigger: (element) => byRole(element, 'combobox'),
    values: ['leads', 'purchase'],
    empty: { value: null, submitted: '' },
    async choose(element) {
      element.show();
      await click(await option(element, 'Purchase'));
    },
  });

  async function inForm(
    attributes: Partial<PipelineStatusPicker> = {},
  ): Promise<[HTMLFormElement, PipelineStatusPicker]> {
    const form = await fixture<HTMLFormElement>(html`<form></form>`);
    const element = document.createElement('pipeline-status-picker');
    Object.assign(element, { adapter: await pipeline(), name: 'stage' }, attributes);
    form.append(element);
    await ready(element);
    return [form, element];
  }

  const sent = (form: HTMLFormElement): unknown => new FormData(form).get('stage');

  it('fires input and change once the user has picked', async () => {
    const [form, element] = await inForm({ value: 'leads' });
    const events: string[] = [];
    for (const type of ['input', 'change']) form.addEventListener(type, (event) => events.push(event.type));
    await pick(element, 'Purchase');
    await element.updateComplete;
    expect([events, sent(form)]).to.deep.equal([['input', 'change'], 'purchase']);
  });

  it('submits an empty value for no status, like an empty option of a select', async () => {
    const [form, element] = await inForm();
    expect([sent(form), element.value]).to.deep.equal(['', null]);
    await pick(element, 'Leads');
    await element.updateComplete;
    await pick(element, 'No status');
    await element.updateComplete;
    expect([sent(form), element.value]).to.deep.equal(['', null]);
  });

  it('does not write to the adapter or fire status change events without a conversation', async () => {
    const [form, element] = await inForm();
    const writes = hold(element.adapter as MemoryAdapter);
    for (const type of ['pipeline-before-status-change', 'pipeline-status-change'] as const) {
      form.addEventListener(type, () => expect.fail(type));
    }
    await pick(element, 'Leads');
    await element.updateComplete;
    expect([writes.length, sent(form), shown(element)]).to.deep.equal([0, 'leads', 'Leads']);
  });

  it('does not let a form reset or restore the status of a conversation', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'leads');
    const [form, element] = await inForm({ adapter, conversationId: PHONE });
    form.reset();
    element.formStateRestoreCallback('purchase');
    await element.updateComplete;
    expect([shown(element), sent(form), await statusOf(adapter)]).to.deep.equal(['Leads', 'leads', 'leads']);
    element.conversationId = null;
    expect(element.value).to.equal(null);
  });

  it('is invalid when it is required and has no status, even before the statuses are loaded, with a message', async () => {
    const adapter = await pipeline();
    adapter.listStatuses = () => new Promise(() => undefined);
    const form = await fixture<HTMLFormElement>(
      html`<form><pipeline-status-picker name="stage" required .adapter=${adapter}></pipeline-status-picker></form>`,
    );
    const element = form.querySelector('pipeline-status-picker')!;
    await element.updateComplete;
    expect([form.checkValidity(), element.validity.valueMissing]).to.deep.equal([false, true]);
    expect(element.validationMessage).to.equal('Choose a status.');
    element.locale = 'id';
    await until(() => element.validationMessage === 'Pilih status.');
    expect(element.reportValidity()).to.equal(false);
    element.value = 'leads';
    await element.updateComplete;
    expect([form.checkValidity(), element.validity.valid]).to.deep.equal([true, true]);
  });

  it('is not required in a disabled fieldset', async () => {
    const [form, element] = await inForm({ required: true });
    const fieldset = document.createElement('fieldset');
    form.append(fieldset);
    fieldset.append(element);
    expect(form.checkValidity()).to.equal(false);
    fieldset.disabled = true;
    expect(form.checkValidity()).to.equal(true);
  });
});
