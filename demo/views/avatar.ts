/** Avatars of contacts. */
import type { Channel, Contact } from '../data/types.js';
import { h } from '../app/h.js';
import { icon } from '../app/icons.js';
import { words } from '../app/i18n.js';

function initials(name: string): string {
  const parts = name.split(/\s+/);
  const last = parts.length > 1 ? parts[parts.length - 1] : '';
  return `${parts[0]?.[0] ?? ''}${last?.[0] ?? ''}`.toUpperCase();
}

/** A person has the same color everywhere; neighbors in the list of contacts have different ones. */
const hue = ({ id }: Contact): number => (Number(id.slice(4)) * 137) % 360;

/** Initials on a color, optionally with a channel badge. */
export function avatar(contact: Contact, size: 'small' | 'medium' | 'large', channel?: Channel): HTMLElement {
  const face = h('span', { class: 'avatar-face', 'aria-hidden': 'true' }, initials(contact.name));
  face.style.setProperty('--hue', String(hue(contact)));
  return h('span', { class: `avatar avatar-${size}` }, face, channel && channelBadge(channel));
}

/** The icon of the channel, with an accessible name. */
export function channelBadge(channel: Channel): HTMLElement {
  return h('span', { class: `channel channel-${channel}` }, icon(channel, words().channels[channel]));
}
