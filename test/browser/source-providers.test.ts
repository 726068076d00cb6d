/** After a change of source nothing that the old one knew, was asked or still answers reaches the page: with a provider. */
import { testWay } from './source/play.js';

testWay('the `adapter` of a provider, to one whose data is there');
testWay('a promise as the `adapter` of a provider');
testWay('a provider without a source that gets one');
testWay('a provider that loses its source');
