/** Runs a measure for every compared package. */
import { openPage } from './browser.mjs';

/** The first one is the base of comparisons. */
export const PEERS = ['native-select', 'lit-button', 'picker', 'shoelace', 'web-awesome', 'react-select'];

/**
 * Runs `measure` for all peers in turn, each time in a fresh page with the peer and its data.
 *
 * @param data `{ statuses, count, shared }`: the numbers of statuses and conversations, and whether all have the same
 * status.
 */
export async function eachPeer({ browser, origin, rounds, peers }, data, measure) {
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) {
      const opened = await openPage(browser, `${origin}/`);
      try {
        await opened.page.evaluate(
          async (peer, data) => {
            const { start } = await import('/page/stage.js');
            window.stage = await start(peer, data);
          },
          peer,
          data,
        );
        await measure(opened, peer, round);
      } finally {
        await opened.close();
      }
    }
  }
}
