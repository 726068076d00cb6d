/** The one-file build: a page needs one script tag and no other code. */
import './define.js';

export * from './index.js';
