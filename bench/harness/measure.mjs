import { elements } from '../measures/elements.mjs';
import { filter } from '../measures/filter.mjs';
import { opening } from '../measures/opening.mjs';
import { requests } from '../measures/requests.mjs';
import { sizes } from '../measures/sizes.mjs';
import { launch } from './browser.mjs';
import { describeMachine, peerVersions } from './machine.mjs';
import { printTable } from './report.mjs';
import { readCommitted, writeResults } from './results.mjs';
import { PEERS } from './run-peers.mjs';
import { serve } from './server.mjs';

const GROUPS = { elements, opening, filter, requests, sizes };

/** Runs the groups that are wanted, or all; prints the table and keeps the result. */
export async function measure({ wanted, rounds, peers = PEERS }) {
  const strangers = wanted.filter((name) => !GROUPS[name]);
  if (strangers.length)
    throw new Error(`No such measure: ${strangers.join(', ')}. There are: ${Object.keys(GROUPS).join(', ')}`);
  const server = await serve();
  const browser = await launch();
  const machine = describeMachine((await browser.version()).replace(/^\D+/, ''));
  const groups = {};
  try {
    for (const name of wanted.length ? wanted : Object.keys(GROUPS)) {
      const start = performance.now();
      const measures = await GROUPS[name]({ browser, origin: server.origin, rounds, peers });
      groups[name] = { machine, peers: peerVersions(), rounds, measures };
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
