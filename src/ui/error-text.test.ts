/** Tests of the texts of errors. */
import { expect } from '@open-wc/testing';
import { PipelineError, type PipelineErrorCode } from '../model/errors.js';
import { errorText } from './error-text.js';

it('an unknown error code, such as the name of a property of every object, has the text of an unknown error', () => {
  for (const code of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'of the host', '', undefined]) {
    expect(errorText((key) => key, new PipelineError(code as PipelineErrorCode, 'No.'))).to.equal('errorUnknown');
  }
  expect(errorText((key) => key, new PipelineError('auth', 'No.'))).to.equal('errorAuth');
});

it('a database of another app is not explained with a newer release, which reloading would help', () => {
  const textOf = (field?: string): string =>
    errorText((key) => key, new PipelineError('version-skew', 'No.', field === undefined ? {} : { field }));
  expect([textOf('database'), textOf()]).to.deep.equal(['errorDatabase', 'errorVersion']);
});
