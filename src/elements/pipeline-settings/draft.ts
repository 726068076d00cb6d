import type { Values } from '../../ui/localize.js';
import type { MessageKey } from '../../locales/en.js';
import type { PipelineError } from '../../model/errors.js';
import { MAX_NAME_GRAPHEMES, checkName } from '../../model/validate.js';
import { MAX_STATUSES, nameKey, type Status } from '../../model/status.js';

/** Why a draft cannot be saved, and where in the form that is said. */
export type Problem = { field: 'name' | 'color' | 'form' } & (
  { key: MessageKey; values?: Values; error?: never } | { error: PipelineError }
);

interface Fields {
  name: string;
  color: string;
}

const FIELDS = ['name', 'color'] as const;
let count = 0;

/** What is being typed, for a new status or for one that is edited. */
export class Draft implements Fields {
  /** Tells the fields of one form from those of another. */
  readonly number = ++count;
  name: string;
  color: string;
  /** The form was offered, not asked for: it goes when there is no more reason to offer it. */
  isOffered: boolean;
  problem: Problem | undefined;
  isSaving = false;
  /** The status that the edit is about, as it was when the edit began; missing for a new one. */
  #base: Status | undefined;
  #start: Fields;

  constructor(start: Fields | Status, isOffered = false) {
    this.#base = 'id' in start ? start : undefined;
    this.#start = start;
    this.isOffered = isOffered;
    ({ name: this.name, color: this.color } = start);
  }

  get base(): Status | undefined {
    return this.#base;
  }

  get isTouched(): boolean {
    return FIELDS.some((field) => this[field] !== this.#start[field]);
  }

  get hasChosenColor(): boolean {
    return this.color !== this.#start.color;
  }

  /** What a save would change. */
  get patch(): Partial<Fields> {
    const patch: Partial<Fields> = {};
    const { name } = checkName(this.name);
    if (name !== this.#start.name) patch.name = name;
    if (this.hasChosenColor) patch.color = this.color;
    return patch;
  }

  /** Begins anew, for the next status. */
  restart(start: Fields): void {
    this.#start = start;
    this.problem = undefined;
    this.isOffered = false;
    ({ name: this.name, color: this.color } = start);
  }

  /** A colour that nobody chose follows what is free. */
  offerColor(color: string): void {
    if (this.hasChosenColor) return;
    this.#start = { ...this.#start, color };
    this.color = color;
  }

  /** Takes over what others changed where nothing was typed. Returns whether nobody disagrees. */
  rebase(current: Status): boolean {
    const before = this.#start;
    const agrees = FIELDS.every(
      (field) => this[field] === before[field] || current[field] === before[field] || current[field] === this[field],
    );
    if (agrees) this.#adopt(current);
    return agrees;
  }

  /** To save from here on means to overwrite what others did, knowing it. */
  overwrite(current: Status): void {
    this.#adopt(current);
  }

  #adopt(current: Status): void {
    for (const field of FIELDS) if (this[field] === this.#start[field]) this[field] = current[field];
    this.#base = this.#start = current;
  }

  /** Finds what is wrong with the name, before any adapter is asked. */
  check(statuses: readonly Status[]): Problem | undefined {
    const { name, problem } = checkName(this.name);
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

const limitProblem = (): Problem => ({ field: 'form', key: 'limitReached', values: { n: MAX_STATUSES } });

/** A refusal of the adapter, as the form says it. */
export function problemOf(error: PipelineError, draft: Fields): Problem {
  if (error.code === 'limit') return limitProblem();
  if (error.code === 'invalid' && error.field === 'color') return { field: 'color', key: 'colorInvalid' };
  // What can be wrong with a name alone was checked before: what is left is that it is taken.
  const name = checkName(draft.name).name;
  if (error.code === 'invalid' && error.field === 'name') return { field: 'name', key: 'nameTaken', values: { name } };
  return { field: 'form', error };
}
