/** After a change of source nothing that the old one knew, was asked or still answers reaches the page: with what a provider opens, and with who is signed in. */
import { testWay } from './source/play.js';

testWay('another `database` of a provider');
testWay('another user who signs in');
