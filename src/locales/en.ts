import { filter } from './en/filter.js';
import { inbox } from './en/inbox.js';
import { pill } from './en/pill.js';
import { settings } from './en/settings.js';

/**
 * The English messages, and with them the shape of every locale. A text holds `{name}` placeholders; a text with a
 * number is a table of plural forms as `Intl.PluralRules` names them.
 */
export const en = { ...pill, ...filter, ...inbox, ...settings };

/** One text, or one for each plural form; `other` is the one that every language has. */
export type Message = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);

export type MessageKey = keyof typeof en;

/** A complete table: a missing key is a type error. Every key is a text or a table of plural forms, as its language needs. */
export type Messages = Record<MessageKey, Message>;

export default en;
