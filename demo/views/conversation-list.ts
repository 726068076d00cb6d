/** The list of conversations. */
import { h } from '../app/h.js';
import { inbox } from '../app/inbox.js';
import { words } from '../app/i18n.js';
import { createConversationRow } from './conversation-row.js';
import { createFilter } from './filters.js';
import { listTools } from './list-tools.js';
import { moveWithArrows } from './arrow-keys.js';
import { createRows } from './rows.js';

export interface ConversationList {
  element: HTMLElement;
  select(id: string | undefined): void;
  focus(id: string): void;
}

/** The left column: all conversations, newest first. */
export function createConversationList(signal: AbortSignal): ConversationList {
  const t = words();
  const filter = createFilter('conversation', 'conversations');
  const rows = new Map(inbox.sorted().map((conversation) => [conversation.id, createConversationRow(conversation)]));
  const list = createRows({ id: 'conversations', class: 'rows', 'aria-label': t.conversationList }, [...rows.values()]);
  moveWithArrows(list.element);

  const unread = h('span', { class: 'unread-total', dir: 'auto' });
  const tools = listTools(list, filter, t.noConversationsMatch);
  let selected: string | undefined;

  function countUnread(): void {
    const total = inbox.unreadTotal;
    unread.textContent = total ? t.unread(total) : '';
  }
  countUnread();

  // One row at a time, because there may be thousands.
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
