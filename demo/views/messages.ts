/** Renders the messages of a conversation. */
import type { Conversation, Message } from '../app/inbox.js';
import { clock, day, time } from '../app/dates.js';
import { h } from '../app/h.js';
import { icon } from '../app/icons.js';
import { words } from '../app/i18n.js';

const SAME_BREATH = 12 * 60_000;

/** Whether two messages are grouped: same sender, close in time, on the same day. */
const together = (a: Message | undefined, b: Message | undefined): boolean =>
  a !== undefined && b !== undefined && a.from === b.from && b.at - a.at < SAME_BREATH && day(a.at) === day(b.at);

/** The list items of a thread: day separators, and groups of bubbles with one time each. */
export function renderMessages(messages: readonly Message[], { contact }: Conversation): HTMLElement[] {
  return messages.flatMap((message, index) => {
    const before = messages[index - 1];
    const ends = !together(message, messages[index + 1]);
    const separator =
      (!before || day(before.at) !== day(message.at)) && h('li', { class: 'day' }, h('span', {}, day(message.at)));
    const bubble = h(
      'li',
      {
        class: `message message-${message.from}${together(before, message) ? ' continues' : ''}${ends ? ' ends' : ''}`,
      },
      h('span', { class: 'hidden-text' }, `${message.from === 'us' ? words().you : contact.name}: `),
      h('div', { class: 'bubble', dir: 'auto' }, message.text),
      ends &&
        h(
          'span',
          { class: 'message-meta' },
          time(message.at, clock(message.at)),
          message.from === 'us' && icon('sent', words().sent),
        ),
    );
    return separator ? [separator, bubble] : [bubble];
  });
}
