import { TemplateElement } from '../../internal/template-element.js';

/** What makes the filter a control of a form, as the platform's own are. */
export abstract class FormControl extends TemplateElement {
  static readonly formAssociated = true;

  abstract get value(): string;
  abstract set value(value: string | null);
  abstract disabled: boolean;

  #formDisabled = false;

  /** By its own attribute or by a fieldset around it. */
  protected get isDisabled(): boolean {
    return this.disabled || this.#formDisabled;
  }

  /** The form it belongs to. */
  get form(): HTMLFormElement | null {
    return this.internals.form;
  }

  get labels(): NodeList {
    return this.internals.labels;
  }

  formResetCallback(): void {
    this.value = this.getAttribute('value');
  }

  formDisabledCallback(disabled: boolean): void {
    this.#formDisabled = disabled;
    this.requestUpdate();
  }

  formStateRestoreCallback(value: string | File | FormData | null): void {
    if (typeof value === 'string') this.value = value;
  }

  /** Tells the form the value, and the button the labels that name it. */
  protected tellForm(trigger: HTMLElement | null): void {
    this.internals.setFormValue(this.value || null, this.value);
    const labels = [...this.internals.labels] as Element[];
    // Before its own name, which says how many are chosen. A browser that does not know it leaves it at that name.
    if (trigger) trigger.ariaLabelledByElements = labels.length ? [...labels, trigger] : null;
  }
}
