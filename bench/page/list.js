// Runs in the page: a list of many rows, filtered by the element or by a loop that a host would write.
import { MemoryAdapter, setDefaultAdapter } from '/dist/cdn/pipeline-elements.js';

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

const SUBJECTS = {
  'pipeline-filter'() {
    const filter = document.createElement('pipeline-filter');
    filter.htmlFor = 'conversations';
    document.body.prepend(filter);
    return (statusIds) => (filter.filter = { op: 'any-of', statusIds });
  },
  'one-loop'(list, statusOf) {
    return (statusIds) => {
      const chosen = new Set(statusIds);
      for (const row of list.children)
        row.hidden = chosen.size > 0 && !chosen.has(statusOf(row.dataset.conversationId));
    };
  },
};

async function load(statuses, rows) {
  const adapter = new MemoryAdapter();
  for (let i = 0; i < statuses; i++) await adapter.createStatus({ id: `s${i}`, name: `Status ${i}`, color: '#2775f8' });
  for (let i = 0; i < statuses; i++) {
    const refs = rows.filter((_, at) => at % statuses === i).map((conversationId) => ({ conversationId }));
    await adapter.setStatus(refs, `s${i}`);
  }
  setDefaultAdapter(adapter);
}

export async function start(subject, { statuses, count }) {
  const ids = Array.from({ length: count }, (_, i) => `c${i}`);
  await load(statuses, ids);
  const list = document.createElement('ul');
  list.id = 'conversations';
  list.append(
    ...ids.map((id) => {
      const row = document.createElement('li');
      row.dataset.conversationId = id;
      row.append(`Conversation ${id}`);
      return row;
    }),
  );
  document.querySelector('main').append(list);
  const choose = SUBJECTS[subject](list, (id) => `s${Number(id.slice(1)) % statuses}`);
  // Neither has the selected status.
  const ends = [list.children[1], list.lastElementChild];

  /** Done when both the first and the last row are, because rows are updated from either end. */
  const settled = async (isHidden) => {
    while (ends.some((row) => row.hidden !== isHidden)) await frame();
    await frame();
    await frame();
  };
  // From here on everything is cached, so a toggle causes no lookup.
  choose(['s0']);
  await settled(true);
  choose([]);
  await settled(false);

  return {
    async toggle() {
      performance.mark('traced');
      choose(['s0']);
      await settled(true);
    },
    shown: () => list.querySelectorAll('li:not([hidden])').length,
  };
}
