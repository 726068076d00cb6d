/**
 * The English texts, and with them the keys that every language needs. A text has `{name}` placeholders; a text with a
 * number has one form for each plural rule.
 */
import { filter } from './en/filter.js';
import { inbox } from './en/inbox.js';
import { pill } from './en/pill.js';
import { settings } from './en/settings.js';
import type { Message } from './message.js';

export type { Message };

export const en = { ...pill, ...filter, ...inbox, ...settings };

export type MessageKey = keyof typeof en;

/** A complete table of texts: a missing key is a type error. */
export type Messages = Record<MessageKey, Message>;

export default en;
