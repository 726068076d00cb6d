/** What a user has typed into the form of a new or an existing status, and whether it can be saved. */
import type { MessageKey } from '../../locales/en.js';
import type { PipelineError } from '../../model/errors.js';
import {
  MAX_STATUSES,
  STATUS_FIELDS,
  contentOf,
  nameKey,
  sameContent,
  type Status,
  type StatusContent,
  type StatusPatch,
} from '../../model/status.js';
import { MAX_NAME_GRAPHEMES, checkName } from '../../model/validate.js';
import type { Values } from '../../ui/localize.js';

/** Why a draft cannot be saved, and where the form shows it. */
export type DraftProblem = { field: keyof StatusContent | 'form' } & (
  { key: MessageKey; values?: Values; error?: never } | { error: PipelineError }
);

let count = 0;

export class StatusDraft {
  /** Makes the ids of its form's fields unique. */
  readonly number = ++count;
  content: StatusContent;
  /** The form was opened because there are no statuses, not by the user. It closes once there are some. */
  isOffered: boolean;
  problem: DraftProblem | undefined;
  isSaving = false;
  /** The status being edited, as it was when the edit began or was last merged; `undefined` for a new one. */
  #base: Status | undefined;
  /** The content without what the user typed. */
  #original: StatusContent;

  constructor(original: StatusContent | Status, isOffered = false) {
    this.#base = 'id' in original ? original : undefined;
    this.#original = original;
    this.content = contentOf(original);
    this.isOffered = isOffered;
  }

  get base(): Status | undefined {
    return this.#base;
  }

  get isTouched(): boolean {
    return !sameContent(this.content, this.#original);
  }

  get hasChosenColor(): boolean {
    return this.content.color !== this.#original.color;
  }

  /** The content with its name normalized. */
  get checked(): StatusContent {
    return { ...this.content, name: checkName(this.content.name).name };
  }

  /** What saving would change. */
  get patch(): StatusPatch {
    const { checked } = this;
    const changed = STATUS_FIELDS.filter((field) => checked[field] !== this.#original[field]);
    return Object.fromEntries(changed.map((field) => [field, checked[field] ?? null]));
  }

  /** Clears the form for the next status. */
  restart(original: StatusContent): void {
    this.#original = original;
    this.content = contentOf(original);
    this.problem = undefined;
    this.isOffered = false;
  }

  /** Sets the color to one that is free, unless the user has chosen one. */
  suggestColor(color: StatusContent['color']): void {
    if (this.hasChosenColor) return;
    this.#original = { ...this.#original, color };
    this.content = { ...this.content, color };
  }

  /** Merges changes by others into the fields that the user has not touched. Returns false on a conflict. */
  rebase(current: Status): boolean {
    const { content } = this;
    const before = this.#original;
    const agrees = STATUS_FIELDS.every(
      (field) =>
        content[field] === before[field] || current[field] === before[field] || current[field] === content[field],
    );
    if (agrees) this.overwrite(current);
    return agrees;
  }

  /** The same even on a conflict: saving from now on overwrites what others changed. */
  overwrite(current: Status): void {
    const touched = STATUS_FIELDS.filter((field) => this.content[field] !== this.#original[field]);
    const typed = Object.fromEntries(touched.map((field) => [field, this.content[field]]));
    this.content = { ...contentOf(current), ...typed };
    this.#base = this.#original = current;
  }

  /** Returns what is wrong with the draft, as far as that is known without the adapter. */
  check(statuses: readonly Status[]): DraftProblem | undefined {
    const { name, problem } = checkName(this.content.name);
    if (problem === 'empty') return { field: 'name', key: 'nameEmpty' };
    if (problem === 'too-long') return { field: 'name', key: 'nameTooLong', values: { n: MAX_NAME_GRAPHEMES } };
    if (problem) return { field: 'name', key: 'nameForbidden' };
    const key = nameKey(name);
    const taken = statuses.find((status) => status.id !== this.#base?.id && nameKey(status.name) === key);
    if (taken) return { field: 'name', key: 'nameTaken', values: { name: taken.name } };
    if (!this.#base && statuses.length >= MAX_STATUSES) return limitProblem();
    return undefined;
  }
}

const limitProblem = (): DraftProblem => ({ field: 'form', key: 'limitReached', values: { n: MAX_STATUSES } });

/** How the form shows an error of the adapter. */
export function problemOf(error: PipelineError, content: StatusContent): DraftProblem {
  if (error.code === 'limit') return limitProblem();
  if (error.code === 'invalid' && error.field === 'color') return { field: 'color', key: 'colorInvalid' };
  // `check` has found everything else that can be wrong with a name.
  const { name } = checkName(content.name);
  if (error.code === 'invalid' && error.field === 'name') return { field: 'name', key: 'nameTaken', values: { name } };
  return { field: 'form', error };
}
