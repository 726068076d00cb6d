/** The English texts of the open picker and the open filter, and those that all elements share. */
import type { Message } from './closed.js';

export const inbox = {
  // All elements.
  undo: 'Undo',
  dismiss: 'Dismiss',
  cancel: 'Cancel',
  save: 'Save',
  search: 'Search statuses',
  clearSearch: 'Clear search',
  noResults: 'No status matches “{query}”',
  statusesFound: { one: '{n} status found', other: '{n} statuses found' },
  notDurable: 'Not saved on this device: changes last until this page is closed.',
  livePaused: 'Live updates are paused. Reconnecting…',

  changesWaiting: {
    one: '{n} change is waiting for a connection.',
    other: '{n} changes are waiting for a connection.',
  },

  // Status picker.
  noStatusesYet: 'No statuses yet',
  statusChanged: 'Status changed to {name}.',
  statusCleared: 'Status removed.',
  statusNotChanged: 'Status not changed. Still {name}.',
  someNotChanged: { one: '{n} conversation was not changed.', other: '{n} conversations were not changed.' },
  statusDeletedMeanwhile: 'This status has since been deleted.',
  notChanged: 'Status not changed.',
  aboutConversation: 'Conversation {conversation}: {message}',
  saving: 'Saving…',
  waitingForConnection: 'Waiting for connection',
  waitingForSignIn: 'Waiting for you to sign in',
  retryingAt: 'Retrying at {time}',
  noValidId: 'The status cannot be shown.',
  invalidId: 'The conversation id “{id}” is not valid: {reason}',
  invalidContactId: 'The contact id “{id}” is not valid: {reason}',
  invalidActivityAt: 'The activity time “{id}” is not valid: {reason}',
  invalidConversation: 'A conversation is not an object with a conversationId.',
  invalidIdType: 'it must be text or a whole number.',
  invalidIdEmpty: 'it is empty.',
  invalidIdLength: { other: 'it has more than {n} characters.' },
  invalidIdCharacters: 'it has characters that are not allowed.',
  invalidTime: 'it must be in milliseconds.',
  moreInvalidIds: { one: '{n} more id is not valid.', other: '{n} more ids are not valid.' },

  // Filter.
  conversations: { one: '{name}, {n} conversation', other: '{name}, {n} conversations' },
  contacts: { one: '{name}, {n} contact', other: '{name}, {n} contacts' },
  conversationsShown: { one: '{n} conversation shown', other: '{n} conversations shown' },
  contactsShown: { one: '{n} contact shown', other: '{n} contacts shown' },
  filterMode: 'Condition',

  // Why a write failed.
  errorOffline: 'No connection.',
  errorTimeout: 'The server did not answer in time.',
  errorStorageTimeout: 'This device’s storage did not answer in time.',
  errorAuth: 'Sign in again.',
  errorSessionChanged: 'The account changed, so this was not saved.',
  errorForbidden: 'You are not allowed to do this.',
  errorNotFound: 'It no longer exists.',
  errorConflict: 'Someone else has just changed it.',
  errorQuota: 'Storage is full.',
  errorStorage: 'This browser’s storage cannot be reached.',
  errorBlocked: 'Close other tabs of this page and try again.',
  errorVersion: 'Reload this page to update it.',
  errorDatabase: 'Another app uses the storage of this page.',
  errorUnknown: 'Something went wrong.',
} satisfies Record<string, Message>;
