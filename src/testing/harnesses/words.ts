/** The texts by which a harness finds controls: English ones, or those of the passed messages. */
export const WORDS = {
  noStatus: 'No status',
  undo: 'Undo',
  cancel: 'Cancel',
  save: 'Save',
  anyOf: 'Is any of',
  noneOf: 'Is none of',
  clearFilter: 'Clear filter',
  addStatus: 'Add status',
  add: 'Add',
  statusName: 'Status name',
  customColor: 'Custom color',
  reorderName: 'Reorder {name}',
  editName: 'Edit {name}',
  deleteName: 'Delete {name}',
  moveUp: 'Move up',
  moveDown: 'Move down',
  moveToTop: 'Move to top',
  moveToBottom: 'Move to bottom',
  moveTo: 'Move to',
  delete: 'Delete',
  useExamples: 'Use example statuses',
};

/** Messages of a locale: a text, or a table of plural forms. */
export type HarnessWords = Partial<Record<keyof typeof WORDS, string | { other: string }>>;
