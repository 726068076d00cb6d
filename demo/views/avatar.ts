import type { Channel, Contact } from '../data/types.js';
import { h } from '../app/h.js';
import { icon } from '../app/icons.js';
import { words } from '../app/i18n.js';

function initials(name: string): string {
  const parts = name.split(/\s+/);
  const last = parts.length > 1 ? parts[parts.length - 1] : '';
  return `${parts[0]?.[0] ?? ''}${last?.[0] ?? ''}`.toUpperCase();
}

/** The same person has the same colour everywhere; neighbours in the list of contacts differ. */
const hue = ({ id }: Contact): number => (Number(id.slice(4)) * 137) % 360;

/** Initials on a colour, with the channel's badge where one is given. */
export function avatar(contact: Contact, size: 'small' | 'medium' | 'large', channel?: Channel): HTMLElement {
  const face = h('span', { class: 'avatar-face', 'aria-hidden': 'true' }, initials(contact.name));
  face.style.setProperty('--hue', String(hue(contact)));
  return h('span', { class: `avatar avatar-${size}` }, face, channel && channelBadge(channel));
}

/** The channel's glyph, with its name for those who do not see it. */
export function channelBadge(channel: Channel): HTMLElement {
  return h('span', { class: `channel channel-${channel}` }, icon(channel, words().channels[channel]));
}
