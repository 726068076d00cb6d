// Runs in the page: pickers over REST.
import { RestAdapter, setDefaultAdapter } from '/dist/cdn/pipeline-elements.js';

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

export async function mount(baseUrl, count) {
  setDefaultAdapter(new RestAdapter({ baseUrl }));
  const pickers = Array.from({ length: count }, (_, i) =>
    Object.assign(document.createElement('pipeline-status-picker'), { conversationId: `c${i}` }),
  );
  document.querySelector('main').append(...pickers);
  do await frame();
  while (pickers.some((picker) => !picker.hasUpdated || picker.matches(':state(loading)')));
  await frame();
  const strangers = pickers.filter(
    (picker, i) => picker.shadowRoot.querySelector('[part~=label]').textContent !== `Status ${i % 8}`,
  );
  if (strangers.length) throw new Error(`${strangers.length} pickers show another status`);
}
