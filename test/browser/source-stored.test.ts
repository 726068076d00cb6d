/** Tests that after changing a provider's database or the user, nothing from the old source reaches the page. */
import { testSourceChange } from './source/run-situation.js';

testSourceChange('another `database` of a provider');
testSourceChange('another user who signs in');
