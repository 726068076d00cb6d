import { create, type Attributes } from '../../ui/dom.js';

const ATTRIBUTES = {
  /** Since when the conversation has its status. */
  since: { class: 'since' },
  /** The status could not be read: the pill says it without words. */
  unread: { class: 'visually-hidden', id: 'error' },
  /** What was asked of the picker could not be done. */
  failure: { class: 'message error', id: 'error', part: 'error', role: 'alert' },
} as const satisfies Record<string, Attributes>;

/** What stands beside a pill, in this order; '' for nothing. */
export type Notes = Readonly<Record<keyof typeof ATTRIBUTES, string>>;

/** Shows the notes of a pill, and takes away those that are no more. */
export function showNotes(pill: HTMLElement, notes: Notes): void {
  let before: Element = pill;
  for (const [key, attributes] of Object.entries(ATTRIBUTES)) {
    const text = notes[key as keyof Notes];
    const next = before.nextElementSibling;
    const held = next?.getAttribute('data-note') === key ? next : undefined;
    if (!text) {
      held?.remove();
      continue;
    }
    const note = held ?? create('span', { 'data-note': key, ...attributes });
    if (note.textContent !== text) note.textContent = text;
    if (!held) before.after(note);
    before = note;
  }
}
