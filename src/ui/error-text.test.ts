import { expect } from '@open-wc/testing';
import { PipelineError, type PipelineErrorCode } from '../model/errors.js';
import { errorText } from './error-text.js';

it('a code that is none of ours, such as a name that every object has, is an unknown error', () => {
  for (const code of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'of the host', '', undefined]) {
    expect(errorText((key) => key, new PipelineError(code as PipelineErrorCode, 'No.'))).to.equal('errorUnknown');
  }
  expect(errorText((key) => key, new PipelineError('auth', 'No.'))).to.equal('errorAuth');
});
