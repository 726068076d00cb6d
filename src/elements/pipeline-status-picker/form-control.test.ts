import { expect, fixture, html } from '@open-wc/testing';
import { byRole, deepActiveElement, queryByRole, until } from '../../../test/support.js';
import { pipeline, ready, click } from './test-picker.js';

describe('<pipeline-status-picker> as a form control', () => {
  it('takes part in a form: value, reset, required, disabled fieldset, label', async () => {
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
});
