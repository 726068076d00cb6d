/*
 * The pill is written by hand, not by a template: it is all that most of the thousand pickers of a page ever show, and
 * what a template keeps for each of its places weighs more than the pill.
 */
import { NONE, assign, create, type Attributes } from '../../ui/dom.js';

/** What a pill shows. */
export interface PillLook {
  /** `undefined`: it is text, not a button. */
  readonly button: Attributes | undefined;
  readonly chip: Attributes;
  /** `undefined` where there is no status: the colour is not seen then. */
  readonly color: string | undefined;
  readonly label: string;
  /** What a screen reader says before a pill that is text. */
  readonly prefix: string;
}

function isSame(a: Attributes, b: Attributes): boolean {
  for (const name in a) if (a[name] !== b[name]) return false;
  return true;
}

let lastButton = NONE;

/** The attributes of a button: the pickers of a page have mostly the same, and keep one object between them. */
export function shared(button: Attributes): Attributes {
  if (!isSame(button, lastButton)) lastButton = button;
  return lastButton;
}

const part = (name: string, tag = 'span'): HTMLElement => create(tag, { class: name, part: name });

function makeButton(): HTMLElement {
  const chip = create('span', NONE, part('swatch'), part('label', 'bdi'), part('caret'));
  return create('button', { class: 'trigger', part: 'trigger', type: 'button', role: 'combobox' }, chip);
}

function makeText(): HTMLElement {
  const chip = create('span', NONE, part('swatch'), part('label', 'bdi'));
  return create('span', { class: 'trigger', part: 'trigger' }, create('span', { class: 'visually-hidden' }), chip);
}

/** The first pill of each kind: those of a page begin alike, so each is a copy, with little to change. */
const patterns: Partial<Record<'button' | 'text', Pill>> = {};

/** The pill of a picker. */
export class Pill {
  /** The button, or the text where the status can only be read. */
  readonly element: HTMLElement;
  #look: PillLook | undefined;

  private constructor(element: HTMLElement, look?: PillLook) {
    this.element = element;
    this.#look = look;
  }

  static of(look: PillLook): Pill {
    const kind = look.button ? 'button' : 'text';
    let pattern = patterns[kind];
    if (!pattern) {
      pattern = patterns[kind] = new Pill(look.button ? makeButton() : makeText());
      // Without a colour: a copied `style` attribute may be refused by a strict Content-Security-Policy.
      pattern.show({ ...look, color: undefined });
    }
    return new Pill(pattern.element.cloneNode(true) as HTMLElement, pattern.#look);
  }

  get isButton(): boolean {
    return this.#look?.button !== undefined;
  }

  show(look: PillLook): void {
    const before = this.#look;
    const chip = this.element.lastElementChild as HTMLElement;
    const { button } = look;
    if (button && button !== before?.button) assign(this.element, button, before?.button ?? NONE);
    if (!button && look.prefix !== before?.prefix) this.element.firstElementChild!.textContent = look.prefix;
    assign(chip, look.chip, before?.chip ?? NONE);
    // Taken away, though it is not seen: it names a status, of another tenant perhaps.
    if (look.color !== before?.color) chip.style.setProperty('--_c', look.color ?? '');
    // The children are not asked for as a list: the browser would keep one for each.
    const label = button ? chip.firstElementChild!.nextElementSibling! : chip.lastElementChild!;
    if (look.label !== before?.label) label.textContent = look.label;
    this.#look = look;
  }
}
