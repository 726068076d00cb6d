/** The data types of the inbox. The library only sees the ids. */

export type Channel = 'whatsapp' | 'instagram' | 'web';

export interface Inbox {
  name: string;
  channel: Channel;
}

export interface Contact {
  id: string;
  name: string;
  /** The contact's address as displayed: a phone number, an @handle or an e-mail address. */
  handle: string;
  phone?: string;
  instagram?: string;
  email?: string;
  city: string;
  language: string;
  firstSeenDays: number;
  note?: string;
}

export interface Line {
  from: 'them' | 'us';
  /** Minutes before now. */
  ago: number;
  text: string;
}

export interface ConversationSeed {
  id: string;
  contact: Contact;
  inbox: Inbox;
  unread: number;
  lines: readonly Line[];
}
