import type { Route } from '../app/router.js';
import type { View } from './view.js';
import { h } from '../app/h.js';
import { inbox } from '../app/inbox.js';
import { words } from '../app/i18n.js';
import { sideBySide } from '../app/width.js';
import { createConversationList } from './conversation-list.js';
import { createDetails } from './details.js';
import { createThread, missingThread } from './thread.js';

/** The conversation that was open last, for the way back from another page. */
let lastOpen: string | undefined;

export function createChats(signal: AbortSignal): View {
  const t = words();
  const list = createConversationList(signal);
  const thread = h('section', { class: 'pane pane-thread', 'aria-labelledby': 'thread-name' });
  // The role is said outright: a details pane is a region of this page, not a remark beside it.
  const details = h('aside', { class: 'pane pane-details', role: 'region', 'aria-label': t.details });
  // The heading belongs to all three panes: on a phone the list, where its text shows, is often away.
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
      // After all that is written: the first to scroll lays out the page.
      if (isOther) details.scrollTop = 0;
      thread.querySelector('.thread-scroll')?.scrollTo(0, Number.MAX_SAFE_INTEGER);

      // Where one pane takes the place of another, the focus goes along; where both stand, it stays.
      const lost = !document.activeElement?.checkVisibility() || document.activeElement === document.body;
      if (arrived || before.pane === pane || !lost) return;
      if (pane === 'list' && before.openId) list.focus(before.openId);
      else if (pane !== 'list') heads[pane as 'thread' | 'details']?.focus();
    },
  };
}
