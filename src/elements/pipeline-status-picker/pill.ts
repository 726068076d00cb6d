/**
 * The pill of a picker and the notes beside it, made without templates: a page may have a thousand pickers, of which most
 * never show more, and what a template keeps in memory for each of its expressions outweighs the pill.
 */
import { NONE, assign, create, type Attributes } from '../../ui/dom.js';

/** What a pill shows. */
export interface PillContent {
  /** The attributes of the button; `undefined`: the pill is text. */
  readonly button: Attributes | undefined;
  readonly chip: Attributes;
  /** `undefined` without a status, where the color is not visible. */
  readonly color: string | undefined;
  readonly label: string;
  /** What screen readers announce before a pill that is text. */
  readonly prefix: string;
}

function isSame(a: Attributes, b: Attributes): boolean {
  for (const name in a) if (a[name] !== b[name]) return false;
  return true;
}

let lastButton = NONE;

/** Saves memory: most pickers of a page have equal buttons, and share one object for the attributes. */
export function shareAttributes(button: Attributes): Attributes {
  if (!isSame(button, lastButton)) lastButton = button;
  return lastButton;
}

const createPart = (name: string, tag = 'span'): HTMLElement => create(tag, { class: name, part: name });

function createButton(): HTMLElement {
  const chip = create('span', NONE, createPart('swatch'), createPart('label', 'bdi'), createPart('caret'));
  return create('button', { class: 'trigger', part: 'trigger', type: 'button', role: 'combobox' }, chip);
}

function createText(): HTMLElement {
  const chip = create('span', NONE, createPart('swatch'), createPart('label', 'bdi'));
  return create('span', { class: 'trigger', part: 'trigger' }, create('span', { class: 'visually-hidden' }), chip);
}

/** The first pill of each kind. The others are copies of it, with few changes. */
const prototypes: Partial<Record<'button' | 'text', Pill>> = {};

export class Pill {
  /** The button, or the text of a read-only picker. */
  readonly element: HTMLElement;
  #content: PillContent | undefined;

  private constructor(element: HTMLElement, content?: PillContent) {
    this.element = element;
    this.#content = content;
  }

  /** Creates a pill of the kind that `content` needs. */
  static for(content: PillContent): Pill {
    const kind = content.button ? 'button' : 'text';
    let prototype = prototypes[kind];
    if (!prototype) {
      prototype = prototypes[kind] = new Pill(content.button ? createButton() : createText());
      // Without a color: a strict Content-Security-Policy may refuse a cloned `style` attribute.
      prototype.show({ ...content, color: undefined });
    }
    return new Pill(prototype.element.cloneNode(true) as HTMLElement, prototype.#content);
  }

  get isButton(): boolean {
    return this.#content?.button !== undefined;
  }

  show(content: PillContent): void {
    const before = this.#content;
    const chip = this.element.lastElementChild as HTMLElement;
    const { button } = content;
    if (button && button !== before?.button) assign(this.element, button, before?.button ?? NONE);
    if (!button && content.prefix !== before?.prefix) this.element.firstElementChild!.textContent = content.prefix;
    assign(chip, content.chip, before?.chip ?? NONE);
    // Removed even where it is not visible: it names a status, which may be another tenant's.
    if (content.color !== before?.color) chip.style.setProperty('--_c', content.color ?? '');
    // Not by `children`, which the browser would keep a collection for in every pill.
    const label = button ? chip.firstElementChild!.nextElementSibling! : chip.lastElementChild!;
    if (content.label !== before?.label) label.textContent = content.label;
    this.#content = content;
  }
}

const NOTE_ATTRIBUTES = {
  /** How long the conversation has had its status. */
  duration: { class: 'since' },
  /** Why the status could not be read: for screen readers, as the pill shows it with a mark. */
  readError: { class: 'visually-hidden', id: 'error' },
  /** Why the popup could not be opened. */
  popupError: { class: 'message error', id: 'error', part: 'error', role: 'alert' },
} as const satisfies Record<string, Attributes>;

/** The texts beside a pill, in this order; '' for none. */
export type PillNotes = Readonly<Record<keyof typeof NOTE_ATTRIBUTES, string>>;

/** Adds, updates and removes the notes after a pill. */
export function renderNotes(pill: HTMLElement, notes: PillNotes): void {
  let previous: Element = pill;
  for (const [key, attributes] of Object.entries(NOTE_ATTRIBUTES)) {
    const text = notes[key as keyof PillNotes];
    const next = previous.nextElementSibling;
    const existing = next?.getAttribute('data-note') === key ? next : undefined;
    if (!text) {
      existing?.remove();
      continue;
    }
    const note = existing ?? create('span', { 'data-note': key, ...attributes });
    if (note.textContent !== text) note.textContent = text;
    if (!existing) previous.after(note);
    previous = note;
  }
}
