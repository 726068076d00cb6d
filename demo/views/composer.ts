/** The composer: the status of the conversation, and the reply field. */
import type { Conversation } from '../app/inbox.js';
import { h } from '../app/h.js';
import { icon } from '../app/icons.js';
import { inbox } from '../app/inbox.js';
import { words } from '../app/i18n.js';

/** The status picker with the reply field below. */
export function createComposer({ id, contact }: Conversation): HTMLElement {
  const t = words();
  const text = h('textarea', {
    id: 'message',
    rows: 1,
    placeholder: t.writeReply,
    'aria-describedby': 'message-hint',
    enterkeyhint: 'send',
    dir: 'auto',
    input: () => {
      inbox.setDraft(id, text.value);
      update();
    },
    keydown: (event: KeyboardEvent) => {
      // During composition, Enter belongs to the input method.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      send();
    },
  });
  const button = h(
    'button',
    { class: 'send', type: 'submit' },
    h('span', { class: 'send-label' }, t.send),
    icon('send'),
  );

  function update(): void {
    button.setAttribute('aria-disabled', String(!text.value.trim()));
    // Fallback for browsers without `field-sizing: content`.
    if (CSS.supports('field-sizing', 'content')) return;
    text.style.blockSize = 'auto';
    text.style.blockSize = `${text.scrollHeight}px`;
  }

  function send(): void {
    const message = text.value.trim();
    if (!message) return;
    text.value = '';
    inbox.send(id, message);
    update();
    text.focus();
  }

  text.value = inbox.draft(id);
  update();

  return h(
    'form',
    {
      class: 'composer',
      submit: (event: SubmitEvent) => {
        event.preventDefault();
        send();
      },
    },
    h(
      'div',
      { class: 'composer-status' },
      h('pipeline-status-picker', { 'conversation-id': id, 'contact-id': contact.id, placement: 'composer' }),
      h('span', { class: 'composer-hint', id: 'message-hint' }, t.sendHint),
    ),
    h('div', { class: 'composer-box' }, h('label', { class: 'hidden-text', for: 'message' }, t.message), text, button),
  );
}
