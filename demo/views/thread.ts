/** The open conversation. */
import type { Conversation } from '../app/inbox.js';
import { h } from '../app/h.js';
import { icon } from '../app/icons.js';
import { inbox } from '../app/inbox.js';
import { words } from '../app/i18n.js';
import { href } from '../app/router.js';
import { avatar } from './avatar.js';
import { createComposer } from './composer.js';
import { renderMessages } from './messages.js';

export interface Thread {
  elements: HTMLElement[];
  heading: HTMLElement;
  /** Called when it is in the document: scrolls to the newest message. */
  scrollToEnd(): void;
}

/** The middle column: the header, the messages and the composer. */
export function createThread(conversation: Conversation, signal: AbortSignal): Thread {
  const t = words();
  const { id, contact, inbox: from } = conversation;
  const heading = h('h2', { id: 'thread-name', tabindex: -1, dir: 'auto' }, contact.name);
  const list = h('ol', { class: 'messages', 'aria-labelledby': 'thread-name', role: 'list' });
  const scroll = h(
    'div',
    { class: 'scroll thread-scroll', role: 'group', tabindex: 0, 'aria-labelledby': 'thread-name' },
    list,
  );

  const scrollToEnd = () => {
    scroll.scrollTop = scroll.scrollHeight;
  };
  const update = () => {
    list.replaceChildren(...renderMessages(inbox.messages(id), conversation));
    scrollToEnd();
  };
  update();
  inbox.on('reload', update, signal);
  inbox.on('sent', (sentIn) => sentIn === id && update(), signal);

  const head = h(
    'header',
    { class: 'thread-head' },
    h('a', { class: 'icon-button to-list', href: href({ page: 'chats' }), 'aria-label': t.backToList }, icon('back')),
    avatar(contact, 'small'),
    h(
      'div',
      { class: 'thread-who' },
      heading,
      h(
        'p',
        { class: 'with-channel' },
        icon(from.channel),
        h('span', {}, `${t.channels[from.channel]} · ${from.name}`),
      ),
    ),
    h(
      'a',
      {
        class: 'icon-button to-details',
        href: href({ page: 'chats', conversationId: id, details: true }),
        'aria-label': t.showDetails,
      },
      icon('details'),
    ),
  );
  return { elements: [head, scroll, createComposer(conversation)], heading, scrollToEnd };
}

export function missingThread(): HTMLElement {
  const t = words();
  return h(
    'div',
    { class: 'empty' },
    icon('chats'),
    h('h2', { class: 'empty-title', tabindex: -1 }, t.notFound),
    h('p', {}, t.notFoundHint),
    h('a', { class: 'button', href: href({ page: 'chats' }) }, t.backToList),
  );
}
