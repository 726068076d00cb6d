/** Detects a provider whose `src` or `database` the page has left empty, and explains the resulting error. */
import { PipelineError } from '../model/errors.js';
import type { Translate } from './localize.js';

type SourceField = 'src' | 'database';

const BLANK = /^[\s\p{C}]*$/u;
/** The text of a variable without a value. Not combined with `BLANK`: as one pattern they take quadratic time. */
const VARIABLE = /^[\s\p{C}]*(?:undefined|null|NaN|false)[\s\p{C}]*$/u;
const PART = /\bundefined\b|\[object Object\]/;

/** Whether a name or address is what stands there while the page does not know it yet. */
export const isUnset = (text: string): boolean => [BLANK, VARIABLE, PART].some((pattern) => pattern.test(text));

export const unsetSourceError = (field: SourceField, text: string): PipelineError =>
  new PipelineError('invalid', `${field}: <pipeline-provider ${field}="${text}"> does not say where the data is.`, {
    field,
  });

/** The message for users; `undefined` for other errors. */
export const unsetSourceText = (text: Translate, { code, field }: PipelineError): string | undefined =>
  code === 'invalid' && (field === 'src' || field === 'database') ? text('errorSource', { field }) : undefined;
