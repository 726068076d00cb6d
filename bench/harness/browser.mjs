/** Opens pages in Chromium and reads their costs. */
import puppeteer from 'puppeteer-core';
import { CHROMIUM_ARGS, findBrowser } from '../../scripts/browser.mjs';

export async function launch() {
  return puppeteer.launch({ executablePath: await findBrowser(), args: CHROMIUM_ARGS, protocolTimeout: 600_000 });
}

/**
 * Opens a page in a context of its own and hence in its own process, so that no subject inherits another's heap or
 * compiled code. Such a context stores data in memory; the one of `onDisk` does not.
 */
export async function openPage(browser, url, { onDisk = false } = {}) {
  const context = onDisk ? browser.defaultBrowserContext() : await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  page.on('pageerror', (error) => console.error(`page: ${error.message}`));
  await page.goto(url);
  const session = await page.createCDPSession();
  // CPU time of the main thread, so that other processes on the machine do not count.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return { page, session, meter: new Meter(session), close: () => (onDisk ? page.close() : context.close()) };
}

/** The costs of a page, as counted by the browser. */
class Meter {
  #session;

  constructor(session) {
    this.#session = session;
  }

  async #taskTime() {
    const { metrics } = await this.#session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  }

  /** Milliseconds of main thread that `act` took: script, style, layout and paint. */
  async busy(act) {
    await this.collect();
    const before = await this.#taskTime();
    await act();
    return (await this.#taskTime()) - before;
  }

  collect() {
    return this.#session.send('HeapProfiler.collectGarbage');
  }

  /** Memory in use after a garbage collection: bytes of JavaScript and of the DOM, nodes, and listeners. */
  async held() {
    // Twice, because DOM objects freed by the first collection can release more JavaScript objects.
    for (let i = 0; i < 2; i++) await this.collect();
    const heap = await this.#session.send('Runtime.getHeapUsage');
    const { nodes, jsEventListeners } = await this.#session.send('Memory.getDOMCounters');
    const bytes = heap.usedSize + heap.embedderHeapUsedSize + heap.backingStorageSize;
    return { bytes, nodes, listeners: jsEventListeners };
  }
}
