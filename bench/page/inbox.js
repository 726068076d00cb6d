// Runs in the demo's page: finds what a person would click, and measures the effect.

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
const rows = () => [...document.querySelectorAll('#conversations .row')];

/** Whether it was never picked for: such conversations have the numbers that `setUp` skipped. */
const hasNone = (row) => Number(row.dataset.conversationId.split('more-')[1]) % 4 === 3;

/** The state after an earlier visit: three statuses, and three of four conversations with one. */
export async function setUp() {
  const { IndexedDBAdapter } = await import('/dist/cdn/pipeline-elements.js');
  const { seeds } = await import('/data/conversations.js');
  const adapter = new IndexedDBAdapter();
  const statuses = ['Leads', 'Purchase', 'Repurchase'];
  for (const name of statuses) await adapter.createStatus({ id: name, name, color: '#2775f8' });
  const refs = seeds.map(({ id, contact }) => ({ conversationId: id, contactId: contact.id }));
  for (const [at, name] of statuses.entries()) {
    await adapter.setStatus(
      refs.filter((_, i) => i % 4 === at),
      name,
    );
  }
  await adapter.close();
}

/** The number of rows, once the page is idle. */
export async function ready() {
  while (window.firstPainted === undefined) await frame();
  await new Promise((resolve) => requestIdleCallback(resolve, { timeout: GIVE_UP }));
  return rows().length;
}

/** The target of each interaction, and the condition for its result. */
const ACTS = {
  chat: (index) => {
    const link = rows()[index].querySelector('a');
    return { target: link, isDone: () => link.getAttribute('aria-current') === 'true' };
  },
  list: () => inPicker((picker, { target }) => ({ target, isDone: () => picker.matches(':state(open)') })),
  pick: (index) =>
    inPicker((picker, { options, shows }) => {
      const before = shows();
      return { target: options[index], isDone: () => shows() !== before };
    }),
  filter: () =>
    inFilter((filter, root) => ({
      target: root.querySelector('[part=trigger]'),
      isDone: () => filter.matches(':state(open)'),
    })),
  tick: (index) =>
    inFilter((filter, root) => {
      const box = root.querySelectorAll('[part=check]')[index];
      const willFilter = !box.checked;
      // Rows are updated from either end.
      const ends = [rows().find(hasNone), rows().findLast(hasNone)];
      return { target: box.closest('label'), isDone: () => ends.every((row) => row.hidden === willFilter) };
    }),
  page: (name) => {
    const link = document.querySelector(`nav a[href='#/${name}']`);
    return { target: link, isDone: () => link.getAttribute('aria-current') === 'page' };
  },
  form: () =>
    inSettings((root) => {
      const isOpen = () => root.querySelector('form input') !== null;
      return { target: buttonIn(root, 'Add status'), isDone: isOpen };
    }),
  add: () =>
    inSettings((root) => {
      const count = () => root.querySelectorAll('[part=row]').length;
      const before = count();
      return { target: buttonIn(root, 'Add'), isDone: () => count() > before };
    }),
  edit: () =>
    inSettings((root) => ({
      target: root.querySelector('[part=edit]'),
      isDone: () => root.querySelector('[part=row] form input') !== null,
    })),
  rename: (name) =>
    inSettings((root) => ({
      target: buttonIn(root, 'Save'),
      isDone: () => root.querySelector('[part=row]').textContent.includes(name),
    })),
};

const buttonIn = (root, name) =>
  [...root.querySelectorAll('button')].find((button) => button.textContent.trim() === name);
const inSettings = (act) => act(document.querySelector('pipeline-settings').shadowRoot);
function inFilter(act) {
  const filter = document.querySelector('pipeline-filter');
  return act(filter, filter.shadowRoot);
}
function inPicker(act) {
  const picker = document.querySelector('.composer pipeline-status-picker');
  const root = picker.shadowRoot;
  const target = root.querySelector('[part=trigger]');
  return act(picker, {
    target,
    options: root.querySelectorAll('[part=option]'),
    shows: () => target.textContent.trim(),
  });
}

/** Results that have not appeared by then never will. */
const GIVE_UP = 30_000;
/** How long after the paint the browser reports an event; longer on slow pages. */
const TOLD_WITHIN = 600;

/**
 * Prepares to measure the next click, on the target of an interaction. Resolves to its position; `measured` resolves to
 * the milliseconds to the next paint, and until the result is painted.
 */
export async function watch(act, argument) {
  let found = ACTS[act](argument);
  for (; !found.target; found = ACTS[act](argument)) await frame();
  const { target, isDone } = found;
  target.scrollIntoView({ block: 'nearest' });
  await frame();
  window.measured = measure(isDone);
  const { left, top, width, height } = target.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}

async function measure(isDone) {
  const events = [];
  const observer = new PerformanceObserver((list) => events.push(...list.getEntries()));
  observer.observe({ type: 'event', durationThreshold: 16 });
  const pressed = await new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('The click did not arrive')), GIVE_UP);
    addEventListener('pointerdown', ({ timeStamp }) => resolve(timeStamp), { capture: true, once: true });
  });
  do {
    await frame();
    if (performance.now() - pressed > GIVE_UP) throw new Error('The result of the click never appeared');
  } while (!isDone());
  // After this frame, and so after its paint.
  await new Promise((resolve) => setTimeout(resolve));
  const shown = performance.now() - pressed;
  await new Promise((resolve) => requestIdleCallback(resolve, { timeout: GIVE_UP }));
  await new Promise((resolve) => setTimeout(resolve, TOLD_WITHIN));
  observer.disconnect();
  // Events shorter than the threshold are not reported.
  const nextPaint = Math.max(
    16,
    ...events.filter(({ interactionId }) => interactionId).map(({ duration }) => duration),
  );
  return { nextPaint, shown };
}
