import { PipelineElement } from '../../ui/pipeline-element.js';
import type { Id } from '../../model/id.js';

/** What makes the picker a control of a form, as the platform's own are. */
export abstract class FormControl extends PipelineElement {
  static readonly formAssociated = true;

  abstract value: Id | null;
  abstract disabled: boolean;
  abstract required: boolean;
  /** Whether the value is the adapter's: then a form does not give it back. */
  protected abstract readonly isBound: boolean;

  #formDisabled = false;
  #isLabelled = false;
  #isInLabel = false;
  /** What the form knows: the value, and why it is not valid. */
  #told: Id | null | undefined;
  #missing = '';
  #anchor: HTMLElement | undefined;

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

  get validity(): ValidityState {
    return this.internals.validity;
  }

  get validationMessage(): string {
    return this.internals.validationMessage;
  }

  checkValidity(): boolean {
    return this.internals.checkValidity();
  }

  reportValidity(): boolean {
    return this.internals.reportValidity();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#isInLabel = this.closest('label') !== null;
  }

  formResetCallback(): void {
    this.value = this.getAttribute('value');
  }

  formDisabledCallback(disabled: boolean): void {
    this.#formDisabled = disabled;
    this.requestUpdate();
  }

  formStateRestoreCallback(state: string | File | FormData | null): void {
    if (!this.isBound && typeof state === 'string') this.value = state;
  }

  /** The user chose: what a native control would tell. */
  protected fireNative(): void {
    this.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }

  /** Tells the form the value; `control`: what a label names, and where the browser says what is missing. */
  protected tellForm(control: HTMLElement, value: Id | null, isKnown: boolean): void {
    this.#nameByLabels(control);
    // Nothing is told while nothing is known, as with a control that is not there yet.
    const isNews = value !== this.#told && (isKnown || this.#told !== undefined);
    if (isNews) this.internals.setFormValue((this.#told = value) ?? '');
    const missing = this.required && value === null && isKnown ? this.text('requiredMissing') : '';
    if (missing === this.#missing && (!missing || control === this.#anchor)) return;
    this.#missing = missing;
    this.#anchor = control;
    if (missing) this.internals.setValidity({ valueMissing: true }, missing, control);
    else this.internals.setValidity({});
  }

  #nameByLabels(control: HTMLElement): void {
    // The browser would look through the whole page for the labels of each of a thousand pickers.
    const labels = this.id || this.#isInLabel ? ([...this.internals.labels] as Element[]) : [];
    if (!labels.length && !this.#isLabelled) return;
    this.#isLabelled = labels.length > 0;
    // A <label for> of the page names it; the reference reaches out of the shadow root, an id could not.
    if (control.role && 'ariaLabelledByElements' in Element.prototype) {
      control.ariaLabelledByElements = labels.length ? labels : null;
    }
  }
}
