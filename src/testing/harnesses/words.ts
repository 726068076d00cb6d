/** The words by which a harness finds a control: the English ones, or those of the locale's messages given instead. */
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

/** As a locale's messages have them: a text, or a table of plural forms. */
export type HarnessWords = Partial<Record<keyof typeof WORDS, string | { other: string }>>;
