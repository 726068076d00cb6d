/*
 * The pill is written by hand, not by a template: it is all that most of the thousand pickers of a page ever show, and
 * what a template keeps for each of its places weighs more than the pill.
 */

/** `null`: the attribute is not there. */
export type Attributes = Readonly<Record<string, string | null>>;

/** What a pill shows. */
export interface PillLook {
  readonly button: Attributes;
  readonly chip: Attributes;
  readonly color: string;
  readonly label: string;
  /** What a screen reader says before a pill that is no button. */
  readonly prefix: string;
}

const NONE: Attributes = {};

export function create(tag: string, attributes: Attributes, ...children: Node[]): HTMLElement {
  const element = document.createElement(tag);
  assign(element, attributes, NONE);
  element.append(...children);
  return element;
}

const part = (name: string, tag = 'span'): HTMLElement => create(tag, { class: name, part: name });

function makeButton(): HTMLElement {
  const chip = create('span', NONE, part('swatch'), part('label', 'bdi'), part('caret'));
  const button = { class: 'trigger', part: 'trigger', type: 'button', role: 'combobox' };
  return create('button', button, chip);
}

function makeText(): HTMLElement {
  const chip = create('span', NONE, part('swatch'), part('label', 'bdi'));
  return create('span', { class: 'trigger', part: 'trigger' }, create('span', { class: 'visually-hidden' }), chip);
}

let button: HTMLElement | undefined;
let text: HTMLElement | undefined;

/** A pill with nothing in it yet: a button, or text where it can only be read. */
export function makePill(isReadonly: boolean): HTMLElement {
  const pattern = isReadonly ? (text ??= makeText()) : (button ??= makeButton());
  return pattern.cloneNode(true) as HTMLElement;
}

/** Makes a pill show `look`; `before` is what it shows. */
export function showInPill(pill: HTMLElement, look: PillLook, before: PillLook | undefined): void {
  const chip = pill.lastElementChild as HTMLElement;
  assign(chip, look.chip, before?.chip ?? NONE);
  if (look.color !== before?.color) chip.style.setProperty('--_c', look.color);
  if (look.label !== before?.label) chip.children[1]!.textContent = look.label;
  if (pill.localName === 'button') assign(pill, look.button, before?.button ?? NONE);
  else if (look.prefix !== before?.prefix) pill.firstElementChild!.textContent = look.prefix;
}

/** Sets the attributes that are not as they were. */
function assign(element: Element, now: Attributes, before: Attributes): void {
  for (const name in now) {
    const value = now[name] ?? null;
    if (value === (before[name] ?? null)) continue;
    if (value === null) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
}
