// Measures the requests that a page with many pickers sends.
import { openApi } from '../harness/api.mjs';
import { openPage } from '../harness/browser.mjs';
import { Samples } from '../harness/samples.mjs';
import { serve } from '../harness/server.mjs';

const COUNT = 1000;
const measure = (id, title, atMost) => ({
  id: `requests-${id}`,
  title,
  unit: 'requests',
  targets: atMost === undefined ? [] : [{ subject: 'picker', atMost }],
});

const KINDS = [
  [/\/statuses$/, measure('list', '1,000 pickers over REST: lists of statuses', 1)],
  [/\/conversations\/batch-get$/, measure('batches', '1,000 pickers over REST: batches of entries', 5)],
  [/\/changes$/, measure('changes', '1,000 pickers over REST: change streams', 1)],
  [/./, measure('others', '1,000 pickers over REST: anything else', 0)],
];
const WALL = { id: 'requests-wall', title: '1,000 pickers over REST, until all show their status', unit: 'ms' };

export async function requests({ browser, rounds }) {
  const samples = new Samples();
  const api = await openApi({ statuses: 8, count: COUNT });
  const server = await serve((request, response) => api.handle(request, response));
  try {
    for (let round = 0; round < rounds; round++) {
      const { page, close } = await openPage(browser, `${server.origin}/`);
      await page.evaluate(() => import('/page/rest.js'));
      const asked = new Map(KINDS.map(([, measure]) => [measure, 0]));
      page.on('request', (request) => {
        const [, measure] = KINDS.find(([path]) => path.test(new URL(request.url()).pathname));
        asked.set(measure, asked.get(measure) + 1);
      });
      const ms = await page.evaluate(
        async (baseUrl, count) => {
          const { mount } = await import('/page/rest.js');
          const start = performance.now();
          await mount(baseUrl, count);
          return performance.now() - start;
        },
        api.baseUrl,
        COUNT,
      );
      await page.waitForNetworkIdle({ idleTime: 300, concurrency: 1 });
      for (const [measure, n] of asked) samples.add(measure, 'picker', n);
      samples.add(WALL, 'picker', ms);
      await close();
    }
  } finally {
    server.close();
    await api.close();
  }
  return samples.summary();
}
