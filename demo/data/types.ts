/** What the inbox knows; the library sees only the ids. */

export type Channel = 'whatsapp' | 'instagram' | 'web';

export interface Inbox {
  name: string;
  channel: Channel;
}

export interface Contact {
  id: string;
  name: string;
  /** How the person is reached, as shown: a phone number, an @handle or an e-mail address. */
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
