// A live editor for every custom property of the elements, with the resulting style sheet. Its data is discarded when
// the page is closed.
import { MemoryAdapter, setDefaultAdapter, statusSlug } from 'pipeline-elements';
import { h } from './app/h.js';

type Kind = 'color' | 'text';

const GROUPS: Record<string, [property: string, kind: Kind, value: string][]> = {
  Colors: [
    ['surface', 'color', '#ffffff'],
    ['surface-raised', 'color', '#ffffff'],
    ['text', 'color', '#1a1c20'],
    ['text-muted', 'color', '#5c6270'],
    ['border', 'color', '#d5d8df'],
    ['accent', 'color', '#2459d3'],
    ['danger', 'color', '#c01f3a'],
    ['focus-ring', 'color', '#2459d3'],
  ],
  'Type and shape': [
    ['font', 'text', 'inherit'],
    ['font-size', 'text', '0.875rem'],
    ['radius', 'text', '8px'],
    ['chip-radius', 'text', '999px'],
    ['gap', 'text', '8px'],
    ['control-size', 'text', '28px'],
    ['focus-width', 'text', '2px'],
  ],
};

const STATUSES: [name: string, color: string][] = [
  ['Leads', '#2775f8'],
  ['Purchase', '#03a74d'],
  ['Repurchase', '#8b00f6'],
];

const adapter = new MemoryAdapter();
for (const [name, color] of STATUSES) await adapter.createStatus({ id: statusSlug(name), name, color });
await adapter.putConversations(['a', 'b', 'c', 'd'].map((conversationId) => ({ conversationId, contactId: 'budi' })));
for (const [i, [name]] of STATUSES.entries()) {
  await adapter.setStatus([{ conversationId: 'abc'.charAt(i) }], statusSlug(name));
}
setDefaultAdapter(adapter);

const changed = new Map<string, string>();
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
const output = document.querySelector('code')!;
const form = document.querySelector('form')!;
const said = document.querySelector('[role=status]')!;

function css(): string {
  const lines = [...changed].map(([property, value]) => `  --pipeline-${property}: ${value};`);
  return `:root {\n${lines.join('\n')}${lines.length ? '\n' : ''}}`;
}

function show(): void {
  output.textContent = changed.size ? css() : '/* Nothing changed yet. */';
  sheet.replaceSync(css());
  said.textContent = '';
}

function field(property: string, kind: Kind, value: string): HTMLElement {
  const input = h('input', { type: kind, value, name: property, dir: 'ltr' });
  input.addEventListener('input', () => {
    if (input.value === value) changed.delete(property);
    else changed.set(property, input.value);
    show();
  });
  return h('label', {}, h('bdi', {}, `--pipeline-${property}`), input);
}

for (const [legend, fields] of Object.entries(GROUPS)) {
  form.append(h('fieldset', {}, h('legend', {}, legend), ...fields.map((each) => field(...each))));
}
const statusFields = STATUSES.map(([name, color]) => field(`status-${statusSlug(name)}`, 'color', color));
form.append(h('fieldset', {}, h('legend', {}, 'Single statuses'), ...statusFields));

for (const stage of document.querySelectorAll<HTMLElement>('.stage')) {
  const picker = (id: string, more = {}): HTMLElement =>
    h('pipeline-status-picker', { 'conversation-id': id, ...more });
  stage.append(
    h('h2', {}, stage.dataset.scheme === 'dark' ? 'Dark' : 'Light'),
    h('div', { class: 'pills' }, ...['a', 'b', 'c', 'd'].map((id) => picker(id)), picker('a', { size: 'small' })),
    h('pipeline-filter', { of: 'conversation' }),
    h('pipeline-settings'),
  );
}

document.querySelector('.copy')!.addEventListener('click', () => {
  navigator.clipboard.writeText(css()).then(
    () => (said.textContent = 'Copied.'),
    () => {
      getSelection()?.selectAllChildren(output);
      said.textContent = 'Selected: press Ctrl+C or ⌘C.';
    },
  );
});
document.querySelector('.reset')!.addEventListener('click', () => {
  form.reset();
  changed.clear();
  show();
});
show();
