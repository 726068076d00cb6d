/**
 * The English texts, and with them the keys that every language needs. A text has `{name}` placeholders; a text with a
 * number has one form for each plural rule.
 */
import { filter, type Message, pill } from './en/closed.js';
import { inbox } from './en/inbox.js';
import { settings } from './en/settings.js';

export type { Message };

export const en = { ...pill, ...filter, ...inbox, ...settings };

export type MessageKey = keyof typeof en;

/** A complete table of texts: a missing key is a type error. */
export type Messages = Record<MessageKey, Message>;

export default en;
