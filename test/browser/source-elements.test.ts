/** Tests that after changing the source of elements, nothing from the old source reaches the page. */
import { testSourceChange } from './source/run-situation.js';

testSourceChange('the property `adapter` of each element');
testSourceChange('a move from one provider to another');
testSourceChange('a provider that is removed around a slot');
