/** Tests that after changing the default adapter, nothing from the old source reaches the page. */
import { testSourceChange } from './source/run-situation.js';

testSourceChange('setDefaultAdapter() with a loaded adapter');
testSourceChange('setDefaultAdapter() with a promise');
