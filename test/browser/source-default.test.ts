/** After a change of source nothing that the old one knew, was asked or still answers reaches the page: with the default adapter. */
import { testWay } from './source/play.js';

testWay('setDefaultAdapter(), to one whose data is there');
testWay('setDefaultAdapter() with a promise');
