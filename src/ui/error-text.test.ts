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
