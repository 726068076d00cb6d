// Runs in the page: mounts a peer and reports when it is painted.
import { lastOf } from './rows.js';

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** Resolves when the frame after the one that shows it has begun, so layout and paint are done. */
async function painted() {
  document.body.getBoundingClientRect();
  await frame();
  await frame();
}

/** Resolves in the task after the frame, when it is being sent to the screen. */
const afterFrame = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    port2.postMessage(undefined);
  });

const HUES = ['#2775f8', '#d6336c', '#2f9e44', '#f08c00', '#7048e8', '#0c8599', '#e8590c', '#495057'];

function pipelineOf({ statuses, count, shared }) {
  return {
    statuses: Array.from({ length: statuses }, (_, i) => ({
      id: `s${i}`,
      name: `Status ${i}`,
      color: HUES[i % HUES.length],
    })),
    rows: Array.from({ length: count }, (_, i) => ({
      conversationId: `c${i}`,
      statusId: `s${shared ? 0 : i % statuses}`,
    })),
  };
}

export async function start(name, data) {
  const peer = await import(`/peers/${name}.js`);
  const { statuses, rows } = pipelineOf(data);
  const main = document.querySelector('main');
  await peer.prepare({ statuses, rows });
  await painted();
  let renames = 0;

  return {
    async mount() {
      peer.mount(main, rows);
      do await painted();
      while (!peer.isReady(lastOf(main)));
    },
    async unmount() {
      peer.unmount(main);
      await painted();
    },
    /** Changes the name and color of the first status, wherever it is shown. */
    async rename() {
      renames++;
      await peer.rename({ id: 's0', name: `Renamed ${renames}`, color: HUES[renames % HUES.length] });
      await painted();
    },
    /** Throws if a row shows the wrong content: a peer that shows nothing would be fast. */
    check() {
      const wrong = [...main.children].findIndex(({ firstElementChild: child }, i) => {
        const { id, name } = statuses.find(({ id }) => id === rows[i].statusId);
        return peer.shown(child) !== (id === 's0' && renames ? `Renamed ${renames}` : name);
      });
      if (main.children.length !== rows.length) throw new Error(`${name}: ${main.children.length} rows`);
      if (wrong >= 0)
        throw new Error(`${name}: row ${wrong} shows ${peer.shown(main.children[wrong].firstElementChild)}`);
    },
    /** Changes the status of one conversation in the middle; resolves to the number of elements that updated. */
    changeOne() {
      return peer.countUpdates(async () => {
        await peer.change('c500', 's1');
        await painted();
      });
    },
    /** Where to click. */
    point() {
      const { left, top, width, height } = main.firstElementChild.firstElementChild.getBoundingClientRect();
      return { x: left + Math.min(width / 2, 30), y: top + height / 2 };
    },
    /**
     * Resolves to the milliseconds from the next click to the end of the frame that shows the popup with all of its
     * visible content; content out of view may follow later.
     */
    nextOpening() {
      return new Promise((resolve) => {
        const handlePress = async (event) => {
          do await frame();
          while (!peer.isOpen(main.firstElementChild.firstElementChild));
          await afterFrame();
          const time = performance.now() - event.timeStamp;
          await peer.whole?.(main.firstElementChild.firstElementChild);
          resolve(time);
        };
        addEventListener('pointerdown', handlePress, { capture: true, once: true });
      });
    },
    async close() {
      peer.close?.(main.firstElementChild.firstElementChild);
    },
    async closed() {
      while (peer.isOpen(main.firstElementChild.firstElementChild)) await frame();
      await painted();
    },
  };
}
