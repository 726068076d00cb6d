/** The state of the inbox: the example conversations, and what this visitor did with them. */
import { contacts } from '../data/contacts.js';
import { seeds } from '../data/conversations.js';
import type { Contact, ConversationSeed, Inbox } from '../data/types.js';
import { load, save } from './storage.js';

export interface Message {
  from: 'them' | 'us';
  at: number;
  text: string;
}

export interface Conversation {
  id: string;
  contact: Contact;
  inbox: Inbox;
}

/** `sent`, `read` and `draft` concern one conversation; `reload`: another tab changed something. */
type Happening = 'sent' | 'read' | 'draft' | 'reload';

class InboxEvent extends Event {
  constructor(
    type: Happening,
    readonly id: string,
  ) {
    super(type);
  }
}

/** What this visitor added to the example data. */
interface Kept {
  /** The visitor's messages. The ages of the example messages count back from `epoch`. */
  sent: Record<string, { epoch: number; messages: { at: number; text: string }[] }>;
  drafts: Record<string, string>;
  read: Record<string, true>;
}

const KEY = 'inbox-kept';
const MINUTE = 60_000;
const start = Date.now();

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function loadKept(): Kept {
  const stored = load(KEY);
  const part = (name: keyof Kept) => (isRecord(stored) && isRecord(stored[name]) ? stored[name] : {});
  return { sent: part('sent'), drafts: part('drafts'), read: part('read') } as Kept;
}

class InboxStore extends EventTarget {
  readonly contacts = contacts;
  readonly conversations: readonly Conversation[] = seeds;
  readonly #seeds = new Map<string, ConversationSeed>(seeds.map((seed) => [seed.id, seed]));
  readonly #byContact = new Map<Contact, Conversation[]>();
  #kept = loadKept();
  #unreadTotal = this.#countUnread();

  constructor() {
    super();
    for (const seed of seeds) {
      const held = this.#byContact.get(seed.contact);
      if (held) held.push(seed);
      else this.#byContact.set(seed.contact, [seed]);
    }
    addEventListener('storage', ({ key }) => {
      if (key !== KEY) return;
      this.#kept = loadKept();
      this.#unreadTotal = this.#countUnread();
      this.dispatchEvent(new InboxEvent('reload', ''));
    });
  }

  /** Calls `listener` with the conversation's id, until `signal` is aborted. */
  on(type: Happening, listener: (id: string) => void, signal?: AbortSignal): void {
    this.addEventListener(type, (event) => listener((event as InboxEvent).id), { signal });
  }

  get(id: string): Conversation | undefined {
    return this.#seeds.get(id);
  }

  messages(id: string): Message[] {
    const seed = this.#seeds.get(id);
    if (!seed) return [];
    const sent = this.#kept.sent[id];
    const epoch = sent?.epoch ?? start;
    return [
      ...seed.lines.map(({ from, ago, text }) => ({ from, at: epoch - ago * MINUTE, text })),
      ...(sent?.messages ?? []).map(({ at, text }) => ({ from: 'us' as const, at, text })),
    ];
  }

  activityAt(id: string): number {
    return this.messages(id).at(-1)?.at ?? 0;
  }

  /** Newest activity first. */
  sorted(conversations = this.conversations): Conversation[] {
    const at = new Map(conversations.map(({ id }) => [id, this.activityAt(id)]));
    return [...conversations].sort((a, b) => at.get(b.id)! - at.get(a.id)!);
  }

  of(contact: Contact): Conversation[] {
    return this.sorted(this.#byContact.get(contact) ?? []);
  }

  unread(id: string): number {
    return this.#kept.read[id] ? 0 : (this.#seeds.get(id)?.unread ?? 0);
  }

  /** The number of unread messages in all conversations. */
  get unreadTotal(): number {
    return this.#unreadTotal;
  }

  #countUnread(): number {
    return this.conversations.reduce((sum, { id }) => sum + this.unread(id), 0);
  }

  markRead(id: string): void {
    if (!this.unread(id)) return;
    this.#unreadTotal -= this.unread(id);
    this.#kept.read[id] = true;
    this.#changed('read', id);
  }

  draft(id: string): string {
    return this.#kept.drafts[id] ?? '';
  }

  setDraft(id: string, text: string): void {
    if (text === this.draft(id)) return;
    if (text) this.#kept.drafts[id] = text;
    else delete this.#kept.drafts[id];
    this.#changed('draft', id);
  }

  send(id: string, text: string): void {
    const at = Date.now();
    const sent = (this.#kept.sent[id] ??= { epoch: start, messages: [] });
    sent.messages.push({ at, text });
    delete this.#kept.drafts[id];
    this.#changed('sent', id);
  }

  #changed(type: Happening, id: string): void {
    save(KEY, this.#kept);
    this.dispatchEvent(new InboxEvent(type, id));
  }
}

export const inbox = new InboxStore();
