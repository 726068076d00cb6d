/** The filter in a form. */
import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { allByRole, byRole, queryByRole, until } from '../../../test/support.js';
import { runFormControlTests } from '../../ui/test-form-control.js';
import type { PipelineFilter } from './pipeline-filter.js';
import { LEADS, anyOf, box, changes, click, inbox, open, ready } from './test-inbox.js';

describe('<pipeline-filter> as a form control', () => {
  runFormControlTests<PipelineFilter>({
    async create() {
      const filter = document.createElement('pipeline-filter');
      filter.adapter = await inbox();
      return filter;
    },
    ready,
    trigger: (filter) => byRole(filter, 'button', /^Filter by status|Stage/),
    values: [LEADS, 'op=none-of&status=purchase'],
    empty: { value: '', submitted: null },
    async choose(filter) {
      await open(filter);
      await click(box(filter, /^Purchase/));
    },
  });

  async function form(): Promise<{ form: HTMLFormElement; filter: PipelineFilter }> {
    const form = await fixture<HTMLFormElement>(html`
      <form>
        <fieldset>
          <pipeline-filter name="filter" value=${LEADS} .adapter=${await inbox()}></pipeline-filter>
        </fieldset>
      </form>
    `);
    const filter = form.querySelector('pipeline-filter')!;
    await ready(filter);
    return { form, filter };
  }

  it('disables the chips with its fieldset', async () => {
    const { form: element, filter } = await form();
    element.querySelector('fieldset')!.disabled = true;
    await filter.updateComplete;
    const buttons = allByRole(filter, 'button');
    expect(buttons.length).to.be.above(2);
    expect(buttons.every((button) => button.matches(':disabled'))).to.equal(true);
  });

  it('does not submit the form by Enter on a checkbox or by its other buttons', async () => {
    const { form: element, filter } = await form();
    element.addEventListener('submit', (event) => {
      event.preventDefault();
      expect.fail('submitted');
    });
    await open(filter);
    await until(() => queryByRole(filter, 'checkbox', /^Leads/) === filter.shadowRoot!.activeElement);
    await sendKeys({ press: 'Enter' });
    await click(byRole(filter, 'button', 'Clear filter'));
    expect(filter.filter).to.deep.equal(anyOf());
  });

  it('fires no change event when the browser restores a filter', async () => {
    const { filter } = await form();
    const seen = changes(filter);
    filter.formStateRestoreCallback('op=none-of&status=purchase');
    await filter.updateComplete;
    expect(seen).to.deep.equal([]);
  });
});
