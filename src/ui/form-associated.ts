/** The base class of the form controls: value, validity, labels, and what a form asks of a control. */
import { PipelineElement } from './pipeline-element.js';

/** A form-associated custom element. A subclass calls `updateForm()` after each render. */
export abstract class FormAssociatedElement extends PipelineElement {
  static readonly formAssociated = true;

  /** Submitted under `name`; the attribute of the same name is the value after a reset. */
  abstract get value(): string | null;
  abstract set value(value: string | null);
  abstract disabled: boolean;

  #isFormDisabled = false;
  #isInLabel = false;
  #isLabeled = false;
  /** What was last given to the form: the state that a browser may restore, and the validation message with its anchor. */
  #state: string | undefined;
  #message = '';
  #anchor: HTMLElement | undefined;

  /** Disabled by its own attribute or by a fieldset around it. */
  protected get isDisabled(): boolean {
    return this.disabled || this.#isFormDisabled;
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
    this.#isFormDisabled = disabled;
    this.requestUpdate();
  }

  formStateRestoreCallback(state: string | File | FormData | null): void {
    if (typeof state === 'string') this.value = state;
  }

  /** Whether the form has been given a value. */
  protected get hasFormValue(): boolean {
    return this.#state !== undefined;
  }

  /** Sets what the form submits; `null`: nothing. `state`: what the browser may restore, the same text by default. */
  protected setFormValue(submitted: string | null, state = submitted ?? ''): void {
    if (state === this.#state) return;
    this.#state = state;
    this.internals.setFormValue(submitted, state);
  }

  /** Makes the control invalid, with a message that the browser shows at `anchor`; '' makes it valid. */
  protected setMissing(message: string, anchor: HTMLElement): void {
    if (message === this.#message && (!message || anchor === this.#anchor)) return;
    this.#message = message;
    this.#anchor = anchor;
    if (message) this.internals.setValidity({ valueMissing: true }, message, anchor);
    else this.internals.setValidity({});
  }

  /** Names the control inside the shadow root by the page's labels, followed by `own`. Without labels its own name stays. */
  protected setLabels(control: HTMLElement, ...own: Element[]): void {
    // Without this check the browser searches the whole page for the labels of each of a thousand pickers.
    const labels = this.id || this.#isInLabel ? ([...this.internals.labels] as Element[]) : [];
    if (!labels.length && !this.#isLabeled) return;
    this.#isLabeled = labels.length > 0;
    // Element references cross the shadow boundary, which ids cannot. Where they are missing (Firefox before 136,
    // https://caniuse.com/mdn-api_element_arialabelledbyelements) the control keeps its own name.
    if ('ariaLabelledByElements' in Element.prototype) {
      control.ariaLabelledByElements = labels.length ? [...labels, ...own] : null;
    }
  }
}
