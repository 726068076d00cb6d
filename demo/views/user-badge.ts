/** The badges of the demo's users. */
import { h } from '../app/h.js';
import type { User } from '../app/session.js';

const LOOKS: Record<User, { initials: string; hue: number }> = {
  'agent-1': { initials: 'A1', hue: 250 },
  'agent-2': { initials: 'A2', hue: 320 },
  manager: { initials: 'M', hue: 160 },
};

/** Initials on a color; decorative. */
export function userBadge(user: User): HTMLElement {
  const { initials, hue } = LOOKS[user];
  const face = h('span', { class: 'avatar-face', 'aria-hidden': 'true' }, initials);
  face.style.setProperty('--hue', String(hue));
  return h('span', { class: 'avatar user-badge' }, face);
}
