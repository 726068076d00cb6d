/** A row in the list of conversations. */
import type { Conversation } from '../app/inbox.js';
import type { Row } from './rows.js';
import { short, time } from '../app/dates.js';
import { h } from '../app/h.js';
import { inbox } from '../app/inbox.js';
import { words } from '../app/i18n.js';
import { href } from '../app/router.js';
import { avatar } from './avatar.js';

export interface ConversationRow extends Row {
  update(): void;
  select(on: boolean): void;
}

export function createConversationRow({ id, contact, inbox: from }: Conversation): ConversationRow {
  const t = words();
  const link = h(
    'a',
    { class: 'row-link', href: href({ page: 'chats', conversationId: id }) },
    h('span', { class: 'row-name', dir: 'auto' }, contact.name),
  );
  const element = h('li', { class: 'row', role: 'listitem', 'data-conversation-id': id }, link);
  const text = () => inbox.draft(id) || (inbox.messages(id).at(-1)?.text ?? '');
  let update = () => {};

  function fill(): void {
    const when = h('span', { class: 'row-time' });
    const preview = h('span', { class: 'row-preview', dir: 'auto' });
    const badge = h('span', { class: 'badge' });
    update = () => {
      const last = inbox.messages(id).at(-1);
      const unread = inbox.unread(id);
      const draft = inbox.draft(id);
      const prefix = draft ? `${t.draft}: ` : last?.from === 'us' ? `${t.you}: ` : '';
      preview.replaceChildren(
        prefix && h('span', { class: draft ? 'row-draft' : 'row-you' }, prefix),
        text().replaceAll(/\s+/g, ' '),
      );
      when.replaceChildren(last ? time(last.at, short(last.at)) : '');
      badge.replaceChildren(
        h('span', { 'aria-hidden': 'true' }, String(unread)),
        h('span', { class: 'hidden-text' }, t.unread(unread)),
      );
      badge.hidden = !unread;
      element.classList.toggle('is-unread', unread > 0);
    };
    update();
    link.prepend(avatar(contact, 'medium', from.channel));
    link.append(when, preview, badge);
    element.append(
      h(
        'div',
        { class: 'row-foot' },
        h('span', { class: 'row-inbox' }, from.name),
        h('pipeline-status-picker', { 'conversation-id': id, 'contact-id': contact.id, size: 'small', readonly: true }),
      ),
    );
  }

  return {
    element,
    fill,
    searchText: () => `${contact.name} ${contact.handle} ${from.name} ${text()}`.toLocaleLowerCase(),
    update: () => update(),
    select: (on) => (on ? link.setAttribute('aria-current', 'true') : link.removeAttribute('aria-current')),
  };
}
