/** Tests that after changing the source of a provider, nothing from the old source reaches the page. */
import { testSourceChange } from './source/run-situation.js';

testSourceChange('the `adapter` of a provider, with a loaded adapter');
testSourceChange('a promise as the `adapter` of a provider');
testSourceChange('a provider without a source that gets one');
testSourceChange('a provider that loses its source');
