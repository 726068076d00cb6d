/** The English texts of the page. */
import type { User } from '../app/session.js';
import type { Channel } from '../data/types.js';

const plural = (n: number, one: string, other: string) => `${n} ${n === 1 ? one : other}`;

export const en = {
  chats: 'Chats',
  contacts: 'Contacts',
  settings: 'Settings',
  mainNavigation: 'Main',
  skip: 'Skip to content',

  display: 'Display',
  theme: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  language: 'Language',

  users: { 'agent-1': 'Agent 1', 'agent-2': 'Agent 2', manager: 'Manager' } satisfies Record<User, string>,
  roles: {
    'agent-1': 'Sets the status of conversations',
    'agent-2': 'Sets the status of conversations',
    manager: 'Also sets up the pipeline',
  } satisfies Record<User, string>,
  signedInAs: (name: string) => `Signed in as ${name}`,
  signedInAsWho: 'Signed in as',
  signOut: 'Sign out',
  signedOut: 'You are signed out',
  signInLead: 'Choose who you are. This demo needs no password.',
  signInAsWho: 'Sign in as',
  accountProblem: 'The server did not answer. Try again.',

  channels: { whatsapp: 'WhatsApp', instagram: 'Instagram', web: 'Web chat' } satisfies Record<Channel, string>,
  today: 'Today',
  yesterday: 'Yesterday',
  you: 'You',

  conversationList: 'Conversations',
  search: 'Search',
  unread: (n: number) => `${n} unread`,
  shown: (shown: number, all: number) => (shown === all ? `${all}` : `${shown} of ${all}`),
  draft: 'Draft',
  noConversationsMatch: 'No conversations match',
  noContactsMatch: 'No contacts match',
  noMatchHint: 'Try fewer statuses or another word.',
  showAll: 'Show everything',

  notFound: 'Conversation not found',
  notFoundHint: 'The link may be outdated.',
  backToList: 'Back to the list',
  backToConversation: 'Back to the conversation',
  showDetails: 'Show details',
  closeDetails: 'Close details',

  message: 'Message',
  writeReply: 'Write a reply…',
  send: 'Send',
  sendHint: 'Enter sends, Shift + Enter starts a new line',
  sent: 'Sent',

  details: 'Conversation details',
  inbox: 'Inbox',
  about: 'About',
  phone: 'Phone',
  handle: 'Username',
  email: 'E-mail',
  channel: 'Channel',
  city: 'City',
  spokenLanguage: 'Language',
  firstSeen: 'First seen',
  notes: 'Notes',
  alsoVia: 'Also available via',

  contactList: 'Contacts',
  conversations: (n: number) => (n === 0 ? 'No conversations' : plural(n, 'conversation', 'conversations')),
  lastActive: 'Last active',
  never: 'Never wrote',

  pipelineManagement: 'Pipeline Management',
  pipelineLead:
    'Every conversation is at one step of your pipeline, or at none. Name the steps, give each a color, and arrange them in the order in which customers pass through them.',
  onlyManagers: 'Only managers can change the pipeline. You can view it.',
  whereTitle: 'Where your team sees these statuses',
  where: [
    ['Beside the conversation', 'Under the inbox name, together with what you know about the customer.'],
    ['Above the message box', 'To update the status together with the reply, without leaving the keyboard.'],
    ['In both lists', 'Filter conversations by status, and customers by the status of their conversations.'],
  ],
  goodToKnow: 'Good to know',
  goodToKnowText:
    'Renaming, recoloring or reordering a status never touches a conversation. If you delete one that is in use, you choose where its conversations go, and you can undo it.',
};
