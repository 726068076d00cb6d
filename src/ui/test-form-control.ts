/** The tests that every form control of the package must pass; the test file of each control runs them. */
import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys, sendMouse } from '@web/test-runner-commands';
import { deepActiveElement, until } from '../../test/support.js';
import type { FormAssociatedElement } from './form-associated.js';

type FormControl = FormAssociatedElement & { name: string | null; show(): void };

export interface FormControlCase<E extends FormControl> {
  /** A new element, outside the page. */
  create(): E | Promise<E>;
  /** Resolves when the element has loaded what it shows. */
  ready(element: E): Promise<unknown>;
  /** The button that opens it. */
  trigger(element: E): HTMLElement;
  /** Two values that differ, as they are submitted too. */
  values: readonly [string, string];
  /** The value of an element that has none, and what a form then submits for it. */
  empty: { value: string | null; submitted: string | null };
  /** Selects the second value with the mouse. */
  choose(element: E): Promise<void>;
}

/** Adds the tests to the current `describe`. */
export function runFormControlTests<E extends FormControl>(control: FormControlCase<E>): void {
  const [value, other] = control.values;

  /** A form with a fieldset, which contains the element. */
  async function inForm(
    attributes: Record<string, string> = {},
  ): Promise<{ form: HTMLFormElement; fieldset: HTMLFieldSetElement; element: E }> {
    const form = await fixture<HTMLFormElement>(html`<form><fieldset></fieldset></form>`);
    const fieldset = form.querySelector('fieldset')!;
    const element = await control.create();
    for (const [name, text] of Object.entries({ name: 'field', ...attributes })) element.setAttribute(name, text);
    fieldset.append(element);
    await control.ready(element);
    return { form, fieldset, element };
  }

  const submitted = (form: HTMLFormElement): FormDataEntryValue | null => new FormData(form).get('field');
  const isDisabled = (element: E): boolean => control.trigger(element).matches(':disabled');

  async function click(element: Element): Promise<void> {
    const { left, top, width, height } = element.getBoundingClientRect();
    await sendMouse({ type: 'click', position: [Math.round(left + width / 2), Math.round(top + height / 2)] });
  }

  it('submits its value under its name, whether it comes from the attribute, the property or the user', async () => {
    const { form, element } = await inForm({ value });
    expect([element.form === form, submitted(form)]).to.deep.equal([true, value]);
    element.value = other;
    await element.updateComplete;
    expect(submitted(form)).to.equal(other);
    element.value = value;
    await element.updateComplete;
    await control.choose(element);
    await until(() => submitted(form) === element.value && submitted(form) !== value, 'the choice to be submitted');
    element.name = 'renamed';
    await element.updateComplete;
    expect([submitted(form), new FormData(form).get('renamed')]).to.deep.equal([null, element.value]);
  });

  it('submits nothing, or an empty text, without a value', async () => {
    const { form, element } = await inForm();
    expect([element.value, submitted(form)]).to.deep.equal([control.empty.value, control.empty.submitted]);
    element.value = value;
    await element.updateComplete;
    element.value = null;
    await element.updateComplete;
    expect([element.value, submitted(form)]).to.deep.equal([control.empty.value, control.empty.submitted]);
  });

  it('submits nothing without a name', async () => {
    const { form, element } = await inForm({ value });
    element.removeAttribute('name');
    await element.updateComplete;
    expect([...new FormData(form).keys()]).to.deep.equal([]);
  });

  it('belongs to another form when it is moved there', async () => {
    const { form, element } = await inForm({ value });
    const next = await fixture<HTMLFormElement>(html`<form></form>`);
    next.append(element);
    await element.updateComplete;
    expect([element.form === next, submitted(next), submitted(form)]).to.deep.equal([true, value, null]);
  });

  it('returns to the value of its attribute on reset, without an event', async () => {
    const { form, element } = await inForm({ value });
    element.value = other;
    await element.updateComplete;
    for (const type of ['input', 'change', 'pipeline-filter-change', 'pipeline-status-change']) {
      form.addEventListener(type, () => expect.fail(type));
    }
    form.reset();
    await element.updateComplete;
    expect([element.value, submitted(form)]).to.deep.equal([value, value]);
  });

  it('has no value after a reset without the attribute', async () => {
    const { form, element } = await inForm();
    element.value = value;
    await element.updateComplete;
    form.reset();
    await element.updateComplete;
    expect([element.value, submitted(form)]).to.deep.equal([control.empty.value, control.empty.submitted]);
  });

  it('restores what the browser kept of the form, having no value included', async () => {
    const { form, element } = await inForm({ value });
    element.formStateRestoreCallback(other);
    await element.updateComplete;
    expect([element.value, submitted(form)]).to.deep.equal([other, other]);
    element.formStateRestoreCallback('');
    await element.updateComplete;
    expect([element.value, submitted(form)]).to.deep.equal([control.empty.value, control.empty.submitted]);
  });

  it('is neither usable nor submitted in a disabled fieldset, and both again afterwards', async () => {
    const { form, fieldset, element } = await inForm({ value });
    fieldset.disabled = true;
    await until(() => isDisabled(element));
    element.show();
    await element.updateComplete;
    expect([submitted(form), element.matches(':state(open)')]).to.deep.equal([null, false]);
    fieldset.disabled = false;
    await until(() => !isDisabled(element));
    expect(submitted(form)).to.equal(value);
  });

  it('is neither usable nor submitted when it is disabled itself', async () => {
    const { form, element } = await inForm({ value });
    element.disabled = true;
    await element.updateComplete;
    element.show();
    await element.updateComplete;
    expect([isDisabled(element), submitted(form), element.matches(':state(open)')]).to.deep.equal([true, null, false]);
  });

  it('is valid', async () => {
    const { form, element } = await inForm();
    expect([form.checkValidity(), element.checkValidity(), element.reportValidity()]).to.deep.equal([true, true, true]);
    expect([element.validity.valid, element.validationMessage]).to.deep.equal([true, '']);
  });

  it('is named and focused by a label for it, until the label is removed', async () => {
    const { form, element } = await inForm({ id: 'control' });
    const label = document.createElement('label');
    label.htmlFor = 'control';
    label.textContent = 'Stage';
    form.prepend(label);
    element.requestUpdate();
    await element.updateComplete;
    const trigger = control.trigger(element);
    expect([...element.labels]).to.deep.equal([label]);
    expect(trigger.ariaLabelledByElements?.[0] === label).to.equal(true);
    await click(label);
    await until(() => deepActiveElement() === trigger, 'the button to be focused');
    label.remove();
    element.requestUpdate();
    await element.updateComplete;
    expect(trigger.ariaLabelledByElements).to.equal(null);
  });

  it('is named by a label around it, which does not interfere with the mouse', async () => {
    const { form, fieldset, element } = await inForm({ value });
    const label = document.createElement('label');
    label.textContent = 'Stage ';
    fieldset.append(label);
    label.append(element);
    await element.updateComplete;
    expect(control.trigger(element).ariaLabelledByElements?.[0] === label).to.equal(true);
    await click(control.trigger(element));
    await until(() => element.matches(':state(open)'), 'it to open');
    await control.choose(element);
    await until(() => submitted(form) !== value, 'the choice to be submitted');
  });

  it('does not submit the form when its button is pressed', async () => {
    const { form, element } = await inForm();
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      expect.fail('submitted');
    });
    await click(control.trigger(element));
    await until(() => element.matches(':state(open)'), 'it to open');
    await sendKeys({ press: 'Escape' });
    await until(() => !element.matches(':state(open)'), 'it to close');
    await sendKeys({ press: 'Enter' });
    await until(() => element.matches(':state(open)'), 'it to open');
  });
}
