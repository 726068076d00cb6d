import { openPage } from './browser.mjs';

/** The first is what the others are compared with. */
export const PEERS = ['native-select', 'lit-button', 'picker', 'shoelace', 'web-awesome', 'react-select'];

/**
 * Runs `measure` for every peer, turn by turn, each time in a fresh page that holds the peer with its data.
 *
 * @param data `{ statuses, count, shared }`: how many of each, and whether all conversations have the same status.
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
