/** After a change of source nothing that the old one knew, was asked or still answers reaches the page: with the default adapter. */
import { testWay } from './source/play.js';

testWay('setDefaultAdapter()');
testWay('setDefaultAdapter() with a promise');
