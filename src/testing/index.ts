/** Published helpers for tests: the adapter suite, and harnesses that use the elements. */
export { runAdapterTests, type AdapterTestOptions } from './adapter-tests.js';
export { FilterHarness } from './harnesses/filter.js';
export { SettingsHarness } from './harnesses/settings.js';
export { StatusPickerHarness } from './harnesses/status-picker.js';
export type { HarnessWords } from './harnesses/words.js';
