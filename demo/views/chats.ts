/** The chats page: list, conversation and details. */
import type { Route } from '../app/router.js';
import type { View } from './view.js';
import { h } from '../app/h.js';
import { inbox } from '../app/inbox.js';
import { words } from '../app/i18n.js';
import { sideBySide } from '../app/width.js';
import { createConversationList } from './conversation-list.js';
import { createDetails } from './details.js';
import { createThread, missingThread } from './thread.js';

/** The conversation that was open last, to restore when the user returns from another page. */
let lastOpen: string | undefined;

export function createChats(signal: AbortSignal): View {
  const t = words();
  const list = createConversationList(signal);
  const thread = h('section', { class: 'pane pane-thread', 'aria-labelledby': 'thread-name' });
  // The explicit role makes this a region of the page instead of a complementary landmark.
  const details = h('aside', { class: 'pane pane-details', role: 'region', 'aria-label': t.details });
  // The heading covers all three panes. It is visually hidden, because phones often hide the list with the visible
  // title.
  const heading = h('h1', { class: 'hidden-text' }, t.chats);
  const element = h('div', { class: 'chats' }, heading, list.element, thread, details);

  let openId: string | undefined;
  let pane = 'list';
  let heads: { list?: HTMLElement; thread?: HTMLElement; details?: HTMLElement } = {};
  let opened: AbortController | undefined;
  signal.addEventListener('abort', () => opened?.abort());

  function open(id: string | undefined): void {
    opened?.abort();
    opened = new AbortController();
    openId = id;
    const conversation = id === undefined ? undefined : inbox.get(id);
    if (!conversation) {
      heads = {};
      details.replaceChildren();
      thread.replaceChildren(...(id === undefined ? [] : [missingThread()]));
      return;
    }
    const newThread = createThread(conversation, opened.signal);
    const newDetails = createDetails(conversation);
    heads = { thread: newThread.heading, details: newDetails.heading };
    thread.replaceChildren(...newThread.elements);
    details.replaceChildren(...newDetails.elements);
    lastOpen = conversation.id;
  }

  return {
    element,
    title: ({ conversationId }) => {
      const name = conversationId && inbox.get(conversationId)?.contact.name;
      return name ? `${name} · ${t.chats}` : t.chats;
    },
    show({ conversationId, details: withDetails }: Route, arrived) {
      const id = conversationId ?? (sideBySide() ? (lastOpen ?? inbox.sorted()[0]?.id) : undefined);
      const before = { pane, openId };
      const isOther = id !== openId || !thread.hasChildNodes();
      if (isOther) open(id);
      pane = !conversationId ? 'list' : withDetails ? 'details' : 'thread';
      element.dataset.pane = pane;
      list.select(id);
      if (id !== undefined && (conversationId || sideBySide())) inbox.markRead(id);
      // After all DOM writes, because scrolling forces a layout.
      if (isOther) details.scrollTop = 0;
      thread.querySelector('.thread-scroll')?.scrollTo(0, Number.MAX_SAFE_INTEGER);

      // When one pane replaces another, focus moves along; when both are visible, it stays.
      const lost = !document.activeElement?.checkVisibility() || document.activeElement === document.body;
      if (arrived || before.pane === pane || !lost) return;
      if (pane === 'list' && before.openId) list.focus(before.openId);
      else if (pane !== 'list') heads[pane as 'thread' | 'details']?.focus();
    },
  };
}
