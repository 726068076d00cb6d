/**
 * The English messages, and with them the shape of every locale. A text holds `{name}` placeholders; a text with a
 * number is a table of plural forms as `Intl.PluralRules` names them.
 */
export const en = {
  // What every element says.
  noStatus: 'No status',
  retry: 'Try again',
  undo: 'Undo',
  dismiss: 'Dismiss',
  cancel: 'Cancel',
  save: 'Save',
  search: 'Search statuses',
  clearSearch: 'Clear search',
  noResults: 'No status matches “{query}”',
  statusesFound: { one: '{n} status found', other: '{n} statuses found' },
  loading: 'Loading statuses',
  loadFailed: 'The statuses could not be loaded.',
  notDurable: 'Not saved on this device: changes last until this page is closed.',

  // Status picker.
  pipelineStatus: 'Pipeline status',
  mixed: 'Mixed',
  noStatusesYet: 'No statuses yet',
  statusChanged: 'Status changed to {name}.',
  statusCleared: 'Status removed.',
  statusNotChanged: 'Status not changed. Still {name}.',
  someNotChanged: { one: '{n} conversation was not changed.', other: '{n} conversations were not changed.' },
  statusDeletedMeanwhile: 'This status was deleted meanwhile.',
  saving: 'Saving',
  forDuration: 'for {duration}',
  requiredMissing: 'Choose a status.',

  // Filter.
  filterByStatus: 'Filter by status',
  filterByStatusSelected: { other: 'Filter by status, {n} selected' },
  status: 'Status',
  conversations: { one: '{name}, {n} conversation', other: '{name}, {n} conversations' },
  contacts: { one: '{name}, {n} contact', other: '{name}, {n} contacts' },
  conversationsShown: { one: '{n} conversation shown', other: '{n} conversations shown' },
  contactsShown: { one: '{n} contact shown', other: '{n} contacts shown' },
  clearFilter: 'Clear filter',
  removeFromFilter: 'Remove {name} from the filter',
  anyOf: 'Is any of',
  noneOf: 'Is none of',
  filterMode: 'Condition',
  notPrefix: 'Not',
  statusLeftFilter: '{name} was deleted and left the filter.',
  unknownLeftFilter: {
    one: 'A status that no longer exists left the filter.',
    other: '{n} statuses that no longer exist left the filter.',
  },
  filterFailed: 'The list could not be filtered.',

  // Settings.
  statuses: 'Statuses',
  addStatus: 'Add status',
  add: 'Add',
  statusName: 'Status name',
  color: 'Color',
  customColor: 'Custom color',
  reorderName: 'Reorder {name}',
  editName: 'Edit {name}',
  deleteName: 'Delete {name}',
  moreActions: 'More actions for {name}',
  moveUp: 'Move up',
  moveDown: 'Move down',
  moveToTop: 'Move to top',
  moveToBottom: 'Move to bottom',
  usage: { one: '{n} conversation', other: '{n} conversations' },
  statusAdded: '{name} added at position {n}.',
  statusNotAdded: '{name} was not added.',
  statusSaved: '{name} saved.',
  statusDeleted: '{name} deleted.',
  statusNotDeleted: '{name} was not deleted.',
  statusDeletedMoved: {
    one: '{name} deleted. {n} conversation moved to {target}.',
    other: '{name} deleted. {n} conversations moved to {target}.',
  },
  statusRestored: '{name} is back at position {n}.',
  statusNotRestored: '{name} was not brought back.',
  deleteTitle: 'Delete “{name}”?',
  deleteQuestion: {
    one: '{n} conversation has this status. What should become of it?',
    other: '{n} conversations have this status. What should become of them?',
  },
  deleteFinal: 'This cannot be undone.',
  moveTo: 'Move to',
  delete: 'Delete',
  emptyTitle: 'Set up your pipeline',
  emptyText: 'Statuses show where each conversation stands. Add the first one, or start from an example.',
  useExamples: 'Use example statuses',
  exampleLeads: 'Leads',
  examplePurchase: 'Purchase',
  exampleRepurchase: 'Repurchase',
  nameEmpty: 'Enter a name.',
  nameTooLong: { other: 'Use at most {n} characters.' },
  nameForbidden: 'This name has characters that cannot be shown, such as control characters.',
  nameTaken: 'There is already a status named “{name}”.',
  colorInvalid: 'Choose a color.',
  colorTaken: '“{name}” has this color too.',
  limitReached: { other: 'A pipeline has at most {n} statuses.' },
  changedMeanwhile: 'Someone changed this status meanwhile: it is now “{name}”. Save again to keep your version.',
  deletedMeanwhile: 'Someone deleted this status meanwhile.',

  // Reorder, spoken.
  reorderHint: 'Space to move with arrow keys, Enter for the move menu',
  grabbed: '{name} grabbed, position {n} of {total}. Arrows move, Space drops, Escape cancels.',
  movedWhile: '{name}, position {n} of {total}.',
  dropped: '{name} moved from position {from} to {n} of {total}.',
  alreadyFirst: '{name} is already first.',
  alreadyLast: '{name} is already last.',
  moveCancelled: 'Move cancelled. {name} is back at position {from}.',
  orderNotSaved: 'Order not saved. {name} is back at position {from}.',

  // Why a write failed.
  errorOffline: 'No connection.',
  errorTimeout: 'The server did not answer in time.',
  errorAuth: 'Sign in again.',
  errorForbidden: 'You are not allowed to do this.',
  errorNotFound: 'It no longer exists.',
  errorConflict: 'Someone else changed it meanwhile.',
  errorQuota: 'Storage is full.',
  errorStorage: 'The storage of this browser cannot be reached.',
  errorBlocked: 'Close other tabs of this page and try again.',
  errorVersion: 'Reload this page to update it.',
  errorUnavailable: 'The server cannot be reached right now.',
  errorUnknown: 'Something went wrong.',

  // The colours of the palette.
  blue: 'Blue',
  red: 'Red',
  slate: 'Slate',
  olive: 'Olive',
  teal: 'Teal',
  rust: 'Rust',
  clay: 'Clay',
  violet: 'Violet',
  green: 'Green',
  pink: 'Pink',
} satisfies Record<string, Message>;

/** One text, or one for each plural form; `other` is the one that every language has. */
export type Message = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);

export type MessageKey = keyof typeof en;

/** A complete table: a missing key is a type error. Every key is a text or a table of plural forms, as its language needs. */
export type Messages = Record<MessageKey, Message>;

export default en;
