/** Runs the measures. */
import { demo } from '../measures/demo.mjs';
import { elements } from '../measures/elements.mjs';
import { filter } from '../measures/filter.mjs';
import { indexeddb } from '../measures/indexeddb.mjs';
import { opening } from '../measures/opening.mjs';
import { requests } from '../measures/requests.mjs';
import { rest } from '../measures/rest.mjs';
import { sizes } from '../measures/sizes.mjs';
import { launch } from './browser.mjs';
import { describeMachine, peerVersions } from './machine.mjs';
import { printTable } from './report.mjs';
import { readCommitted, writeResults } from './results.mjs';
import { PEERS } from './run-peers.mjs';
import { serve } from './server.mjs';

const GROUPS = { elements, opening, filter, requests, sizes, indexeddb, demo, rest };
/** Groups that `full` runs with a million conversations, stored separately. */
const SIZED = new Set(['indexeddb', 'rest']);
/** Groups that only run on request. */
const ASKED_FOR = new Set(['rest']);

const namesOf = (wanted, isFull) =>
  wanted.length ? wanted : Object.keys(GROUPS).filter((name) => isFull || !ASKED_FOR.has(name));

/** Runs the requested groups, or all; prints the table and stores the results. */
export async function measure({ wanted, isFull, rounds, peers = PEERS }) {
  const strangers = wanted.filter((name) => !GROUPS[name]);
  if (strangers.length)
    throw new Error(`No such measure: ${strangers.join(', ')}. There are: ${Object.keys(GROUPS).join(', ')}`);
  const server = await serve();
  const browser = await launch();
  const machine = describeMachine((await browser.version()).replace(/^\D+/, ''));
  const groups = {};
  try {
    for (const name of namesOf(wanted, isFull)) {
      const start = performance.now();
      try {
        const measures = await GROUPS[name]({ browser, origin: server.origin, rounds, peers, isFull });
        const key = isFull && SIZED.has(name) ? `${name} full` : name;
        groups[key] = { machine, peers: peerVersions(), rounds, measures };
      } catch (error) {
        // The other groups are still worth running.
        console.error(`${name}: ${error.stack}`);
        process.exitCode = 1;
      }
      console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
    }
  } finally {
    await browser.close();
    server.close();
  }
  const missed = printTable(groups, readCommitted());
  console.log(`\n${missed} ${missed === 1 ? 'target' : 'targets'} missed`);
  writeResults(groups);
}
