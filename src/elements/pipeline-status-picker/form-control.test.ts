/** Tests of the picker as a form control. */
import { expect, fixture, html } from '@open-wc/testing';
import { byRole, deepActiveElement, queryByRole, until } from '../../../test/support.js';
import type { MemoryAdapter } from '../../adapters/memory.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';
import { PHONE, click, hold, option, pick, pipeline, ready, shown, statusOf, trigger } from './test-picker.js';

describe('<pipeline-status-picker> as a form control', () => {
  it('participates in a form: value, reset, required, disabled fieldset, label', async () => {
    const adapter = await pipeline();
    const form = await fixture<HTMLFormElement>(html`
      <form>
        <label for="stage">Stage</label>
        <fieldset>
          <pipeline-status-picker
            id="stage"
            name="stage"
            value="leads"
            required
            .adapter=${adapter}
          ></pipeline-status-picker>
        </fieldset>
      </form>
    `);
    const element = form.querySelector('pipeline-status-picker')!;
    await ready(element);
    const button = byRole(element, 'combobox');
    expect(button.ariaLabelledByElements).to.deep.equal([form.querySelector('label')]);
    expect(new FormData(form).get('stage')).to.equal('leads');
    expect(button.textContent.trim()).to.equal('Leads');

    const events: string[] = [];
    for (const type of ['input', 'change']) form.addEventListener(type, (event) => events.push(event.type));
    await click(form.querySelector('label')!);
    expect(deepActiveElement()).to.equal(button);
    element.show();
    await click(await until(() => queryByRole(element, 'option', 'Purchase')));
    await element.updateComplete;
    expect(new FormData(form).get('stage')).to.equal('purchase');
    expect(events).to.deep.equal(['input', 'change']);

    form.reset();
    await element.updateComplete;
    expect(element.value).to.equal('leads');
    element.value = null;
    await element.updateComplete;
    expect(form.checkValidity()).to.equal(false);
    form.querySelector('fieldset')!.disabled = true;
    await element.updateComplete;
    expect((button as HTMLButtonElement).disabled).to.equal(true);
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

  it('submits an empty value for no status, like an empty option of a select', async () => {
    const [form, element] = await inForm();
    expect([sent(form), element.value]).to.deep.equal(['', null]);
    await pick(element, 'Leads');
    await element.updateComplete;
    await pick(element, 'No status');
    await element.updateComplete;
    expect([sent(form), element.value]).to.deep.equal(['', null]);
    expect(element.form === form).to.equal(true);
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

  it('restores the state that the browser kept, including "no status"', async () => {
    const [form, element] = await inForm({ value: 'purchase' });
    for (const [state, value] of [
      ['leads', 'leads'],
      ['', null],
    ] as const) {
      element.formStateRestoreCallback(state);
      await element.updateComplete;
      expect([element.value, sent(form)]).to.deep.equal([value, state]);
    }
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

  it('is not submitted in a disabled fieldset, and is again once the fieldset is enabled', async () => {
    const [form, element] = await inForm({ value: 'leads', required: true });
    const fieldset = document.createElement('fieldset');
    form.append(fieldset);
    fieldset.append(element);
    fieldset.disabled = true;
    await until(() => (trigger(element) as HTMLButtonElement).disabled);
    expect([sent(form), form.checkValidity()]).to.deep.equal([null, true]);
    element.show();
    await element.updateComplete;
    expect(!queryByRole(element, 'listbox')).to.equal(true);
    fieldset.disabled = false;
    await until(() => !(trigger(element) as HTMLButtonElement).disabled);
    expect(sent(form)).to.equal('leads');
  });

  it('is labeled by a label element around it', async () => {
    const form = await fixture<HTMLFormElement>(html`
      <form>
        <label>Stage <pipeline-status-picker name="stage" .adapter=${await pipeline()}></pipeline-status-picker></label>
      </form>
    `);
    const element = form.querySelector('pipeline-status-picker')!;
    await ready(element);
    await click(byRole(element, 'combobox'));
    await click(await option(element, 'Purchase'));
    await element.updateComplete;
    expect(sent(form)).to.equal('purchase');
    expect(!queryByRole(element, 'listbox')).to.equal(true);
  });
});
