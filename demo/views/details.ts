/** The details pane. */
import type { Conversation } from '../app/inbox.js';
import { monthYear, short, time } from '../app/dates.js';
import { h } from '../app/h.js';
import { icon } from '../app/icons.js';
import { inbox } from '../app/inbox.js';
import { words } from '../app/i18n.js';
import { href } from '../app/router.js';
import { avatar } from './avatar.js';

export interface Details {
  elements: HTMLElement[];
  heading: HTMLElement;
}

/** The right column: the contact, the inbox, and the status directly below. */
export function createDetails(conversation: Conversation): Details {
  const t = words();
  const { id, contact, inbox: from } = conversation;
  const channel = t.channels[from.channel];
  const heading = h('h2', { tabindex: -1 }, h('bdi', {}, contact.name));
  const facts: [string, string | undefined][] = [
    [t.phone, contact.phone],
    [t.handle, contact.instagram],
    [t.email, contact.email],
    [t.channel, channel],
    [t.city, contact.city],
    [t.spokenLanguage, contact.language],
    [t.firstSeen, monthYear(contact.firstSeenDays)],
  ];
  const others = inbox.of(contact).filter((other) => other.id !== id);

  return {
    heading,
    elements: [
      h(
        'div',
        { class: 'details-bar' },
        h(
          'a',
          {
            class: 'icon-button to-thread',
            href: href({ page: 'chats', conversationId: id }),
            'aria-label': t.backToConversation,
          },
          icon('back'),
          icon('close'),
        ),
      ),
      h('div', { class: 'details-who' }, avatar(contact, 'large'), heading, h('p', { dir: 'auto' }, contact.handle)),
      h(
        'div',
        { class: 'details-inbox' },
        h('h3', {}, t.inbox),
        h('p', { class: 'with-channel inbox-name' }, icon(from.channel), h('span', {}, `${channel} · ${from.name}`)),
        h('pipeline-status-picker', { 'conversation-id': id, 'contact-id': contact.id, placement: 'details' }),
      ),
      h(
        'div',
        { class: 'details-section' },
        h('h3', {}, t.about),
        h(
          'dl',
          {},
          ...facts
            .filter(([, value]) => value)
            .map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, h('bdi', {}, value)))),
        ),
      ),
      ...(contact.note
        ? [
            h(
              'div',
              { class: 'details-section' },
              h('h3', {}, t.notes),
              h('p', { class: 'note', dir: 'auto' }, contact.note),
            ),
          ]
        : []),
      ...(others.length > 0
        ? [
            h(
              'div',
              { class: 'details-section' },
              h('h3', {}, t.alsoVia),
              h('ul', { class: 'others' }, ...others.map(other)),
            ),
          ]
        : []),
    ],
  };
}

function other({ id, inbox: from }: Conversation): HTMLElement {
  const at = inbox.activityAt(id);
  return h(
    'li',
    {},
    h(
      'a',
      { href: href({ page: 'chats', conversationId: id }) },
      icon(from.channel),
      h('span', {}, `${words().channels[from.channel]} · ${from.name}`),
      time(at, short(at)),
    ),
  );
}
