import type { PropertyDeclarations } from '@lit/reactive-element';
import { TemplateElement } from '../../ui/template-element.js';
import { EMPTY_FILTER, formatFilter, type Filter } from '../../model/filter.js';
import { frozen, isEqual, readFilter, readQuery } from './filter-value.js';

/** What makes the filter a control of a form, as the platform's own are: its value. */
export abstract class FilterControl extends TemplateElement {
  static override properties: PropertyDeclarations = {
    filter: { attribute: false },
    value: {},
  };

  static readonly formAssociated = true;

  abstract disabled: boolean;

  #filter: Filter = EMPTY_FILTER;
  #formDisabled = false;

  /** `{ op, statusIds }`; `null` among the ids stands for "no status". Setting it fires no event. */
  get filter(): Filter {
    return this.#filter;
  }

  set filter(value: Filter) {
    this.take(readFilter(value));
  }

  /** The URL form of the filter, such as `op=any-of&status=ID&status=`; '' shows everything. */
  get value(): string {
    return formatFilter(this.#filter);
  }

  set value(value: string | null) {
    this.take(readQuery(value));
  }

  /** Shows another filter; `undefined` is one that could not be read. */
  protected take(filter: Filter | undefined): void {
    const before = this.#filter;
    if (!filter || isEqual(before, filter)) return;
    this.#filter = frozen(filter);
    this.requestUpdate('filter', before);
  }

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
