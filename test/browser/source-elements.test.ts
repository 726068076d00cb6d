/** After a change of source nothing that the old one knew, was asked or still answers reaches the page: with the element. */
import { testWay } from './source/play.js';

testWay('the property `adapter` of each element');
testWay('a move from one provider to another');
testWay('a provider that is taken away around a slot');
