/** Tests for whoever builds on the package: the adapter suite. */
export { runAdapterTests, type AdapterTestOptions } from './adapter-tests.js';
