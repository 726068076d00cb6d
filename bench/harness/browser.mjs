import puppeteer from 'puppeteer-core';
import { CHROMIUM_ARGS, findBrowser } from '../../scripts/browser.mjs';

export async function launch() {
  return puppeteer.launch({ executablePath: await findBrowser(), args: CHROMIUM_ARGS, protocolTimeout: 600_000 });
}

/**
 * A page in a context, and so a process, of its own: no subject inherits another's heap or compiled code. Such a context
 * keeps what it stores in memory; the one of `onDisk` does not.
 */
export async function openPage(browser, url, { onDisk = false } = {}) {
  const context = onDisk ? browser.defaultBrowserContext() : await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  page.on('pageerror', (error) => console.error(`page: ${error.message}`));
  await page.goto(url);
  const session = await page.createCDPSession();
  // The processor time of the main thread: what else runs on the machine does not count.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return { page, session, meter: new Meter(session), close: () => (onDisk ? page.close() : context.close()) };
}

/** What a page costs, as the browser itself counts it. */
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

  /** What is held after a garbage collection: bytes of JavaScript and of the DOM, nodes, listeners. */
  async held() {
    // Twice: what the first one frees in the DOM can free more in JavaScript.
    for (let i = 0; i < 2; i++) await this.collect();
    const heap = await this.#session.send('Runtime.getHeapUsage');
    const { nodes, jsEventListeners } = await this.#session.send('Memory.getDOMCounters');
    const bytes = heap.usedSize + heap.embedderHeapUsedSize + heap.backingStorageSize;
    return { bytes, nodes, listeners: jsEventListeners };
  }
}
