/** The contacts page. */
import type { Contact } from '../data/types.js';
import type { View } from './view.js';
import { ago, time } from '../app/dates.js';
import { h } from '../app/h.js';
import { inbox } from '../app/inbox.js';
import { words } from '../app/i18n.js';
import { href } from '../app/router.js';
import { moveWithArrows } from './arrow-keys.js';
import { avatar, channelBadge } from './avatar.js';
import { createFilter } from './filters.js';
import { listTools } from './list-tools.js';
import { createRows, type Row } from './rows.js';

export function createContacts(): View {
  const t = words();
  const filter = createFilter('contact', 'contacts');
  const latest = (contact: Contact) => inbox.activityAt(inbox.of(contact)[0]?.id ?? '');
  const sorted = [...inbox.contacts].sort((a, b) => latest(b) - latest(a));
  const list = createRows({ id: 'contacts', class: 'rows people', 'aria-label': t.contactList }, sorted.map(createRow));
  moveWithArrows(list.element);
  const tools = listTools(list, filter, t.noContactsMatch);

  return {
    element: h(
      'section',
      { class: 'page page-contacts' },
      h(
        'header',
        { class: 'page-head' },
        h('div', { class: 'list-title' }, h('h1', {}, t.contacts), tools.count),
        h('div', { class: 'page-tools' }, h('div', { class: 'filter-row' }, filter), tools.search),
      ),
      h('div', { class: 'scroll' }, list.element, tools.empty),
    ),
    title: () => t.contacts,
    show: () => {},
  };
}

function createRow(contact: Contact): Row {
  const t = words();
  const [newest] = inbox.of(contact);
  const name = h('span', { class: 'row-name', dir: 'auto' }, contact.name);
  const link = newest
    ? h('a', { class: 'row-link', href: href({ page: 'chats', conversationId: newest.id }) }, name)
    : h('div', { class: 'row-link' }, name);
  const element = h('li', { class: 'row person', role: 'listitem', 'data-contact-id': contact.id }, link);

  function fill(): void {
    const conversations = inbox.of(contact);
    const at = newest && inbox.activityAt(newest.id);
    const channels = [...new Set(conversations.map((conversation) => conversation.inbox.channel))];
    link.prepend(avatar(contact, 'medium'));
    link.append(
      h('span', { class: 'person-handle' }, h('bdi', {}, contact.handle)),
      h('span', { class: 'person-channels' }, ...channels.map(channelBadge)),
      h('span', { class: 'person-count' }, t.conversations(conversations.length)),
      h(
        'span',
        { class: 'row-time' },
        at ? h('span', { class: 'hidden-text' }, `${t.lastActive} `) : '',
        at ? time(at, ago(at)) : t.never,
      ),
    );
    if (newest) element.append(statuses(contact));
  }

  return {
    element,
    fill,
    searchText: () => `${contact.name} ${contact.handle} ${contact.city}`.toLocaleLowerCase(),
  };
}

/** The status shared by all conversations of a contact, or "Mixed". */
function statuses(contact: Contact): HTMLElement {
  const picker = h('pipeline-status-picker', { size: 'small', readonly: true });
  picker.conversations = inbox.of(contact).map(({ id }) => ({ conversationId: id, contactId: contact.id }));
  return picker;
}
