import type { Conversation } from '../app/inbox.js';
import { short, time } from '../app/dates.js';
import { h } from '../app/h.js';
import { inbox } from '../app/inbox.js';
import { words } from '../app/i18n.js';
import { href } from '../app/router.js';
import { avatar } from './avatar.js';
import { createFilter } from './filters.js';
import { listTools } from './list-tools.js';
import { moveWithArrows } from './arrow-keys.js';
import { createRows } from './rows.js';

export interface ConversationList {
  element: HTMLElement;
  select(id: string | undefined): void;
  focus(id: string): void;
}

/** The left column: every conversation, newest first. */
export function createConversationList(signal: AbortSignal): ConversationList {
  const t = words();
  const filter = createFilter('conversation', 'conversations');
  const rows = new Map(inbox.sorted().map((conversation) => [conversation.id, createRow(conversation)]));
  const list = createRows({ id: 'conversations', class: 'rows', 'aria-label': t.conversationList }, [...rows.values()]);
  moveWithArrows(list.element);

  const unread = h('span', { class: 'unread-total', dir: 'auto' });
  const tools = listTools(list, filter, t.noConversationsMatch);
  let selected: string | undefined;

  function countUnread(): void {
    const total = inbox.conversations.reduce((sum, { id }) => sum + inbox.unread(id), 0);
    unread.textContent = total ? t.unread(total) : '';
  }
  countUnread();

  // One row at a time: there may be thousands.
  const update = (id: string) => rows.get(id)?.update();
  inbox.on('draft', update, signal);
  inbox.on(
    'read',
    (id) => {
      update(id);
      countUnread();
    },
    signal,
  );
  inbox.on(
    'reload',
    () => {
      for (const row of rows.values()) row.update();
      countUnread();
    },
    signal,
  );
  inbox.on(
    'sent',
    (id) => {
      update(id);
      const row = rows.get(id)?.element;
      if (row) list.toTop(row);
      tools.refresh();
    },
    signal,
  );

  return {
    element: h(
      'section',
      { class: 'pane pane-list' },
      h(
        'header',
        { class: 'list-head' },
        h(
          'div',
          { class: 'list-title' },
          h('span', { class: 'title', 'aria-hidden': 'true' }, t.chats),
          tools.count,
          unread,
        ),
        tools.search,
        h('div', { class: 'filter-row' }, filter),
      ),
      h('div', { class: 'scroll' }, list.element, tools.empty),
    ),
    select(id) {
      if (selected) rows.get(selected)?.select(false);
      if (id) rows.get(id)?.select(true);
      selected = id;
    },
    focus(id) {
      rows.get(id)?.element.querySelector('a')?.focus();
    },
  };
}

function createRow({ id, contact, inbox: from }: Conversation) {
  const t = words();
  const when = h('span', { class: 'row-time' });
  const preview = h('span', { class: 'row-preview', dir: 'auto' });
  const badge = h('span', { class: 'badge', hidden: true });
  const link = h(
    'a',
    { class: 'row-link', href: href({ page: 'chats', conversationId: id }) },
    avatar(contact, 'medium', from.channel),
    h('span', { class: 'row-name', dir: 'auto' }, contact.name),
    when,
    preview,
    badge,
  );
  const foot = h('div', { class: 'row-foot' }, h('span', { class: 'row-inbox' }, from.name));
  const element = h('li', { class: 'row', role: 'listitem', 'data-conversation-id': id }, link, foot);
  const fill = () =>
    foot.append(
      h('pipeline-status-picker', { 'conversation-id': id, 'contact-id': contact.id, size: 'small', readonly: true }),
    );

  function update(): void {
    const last = inbox.messages(id).at(-1);
    const unread = inbox.unread(id);
    const draft = inbox.draft(id);
    const text = draft || last?.text || '';
    const prefix = draft ? `${t.draft}: ` : last?.from === 'us' ? `${t.you}: ` : '';
    preview.replaceChildren(
      prefix && h('span', { class: draft ? 'row-draft' : 'row-you' }, prefix),
      text.replaceAll(/\s+/g, ' '),
    );
    when.replaceChildren(last ? time(last.at, short(last.at)) : '');
    badge.replaceChildren(
      h('span', { 'aria-hidden': 'true' }, String(unread)),
      h('span', { class: 'hidden-text' }, t.unread(unread)),
    );
    badge.hidden = !unread;
    element.classList.toggle('is-unread', unread > 0);
    element.dataset.search = `${contact.name} ${contact.handle} ${from.name} ${text}`.toLocaleLowerCase();
  }

  update();

  function select(on: boolean): void {
    if (on) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }

  return { element, fill, update, select };
}
