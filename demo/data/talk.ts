/** Builds example conversations from compact descriptions. */
import type { Contact, ConversationSeed, Inbox, Line } from './types.js';

const MINUTES = { d: 1440, h: 60, m: 1 } as const;

/** Converts `'1d 3h'` or `'25m'` to minutes. */
function minutes(ago: string): number {
  let sum = 0;
  for (const [, amount, unit] of ago.matchAll(/(\d{1,4})([dhm])/g)) {
    sum += Number(amount) * MINUTES[unit as keyof typeof MINUTES];
  }
  return sum;
}

export const them = (ago: string, text: string): Line => ({ from: 'them', ago: minutes(ago), text });
export const us = (ago: string, text: string): Line => ({ from: 'us', ago: minutes(ago), text });

/** A conversation: each message with its age, oldest first. */
export function talk(id: string, contact: Contact, inbox: Inbox, unread: number, lines: Line[]): ConversationSeed {
  return { id, contact, inbox, unread, lines };
}

/** WhatsApp's key of a person: the digits of the phone number. */
export const whatsappId = (contact: Contact): string => `${(contact.phone ?? '').replaceAll(/\D/g, '')}@s.whatsapp.net`;
