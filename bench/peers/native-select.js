// The lower bound for the platform: <select> with its options, colored by one rule per status.
import { rowsOf } from '../page/rows.js';

let statuses;
const sheet = new CSSStyleSheet();

function paint() {
  sheet.replaceSync(statuses.map(({ id, color }) => `[data-status=${id}] { background: ${color} }`).join('\n'));
}

export function prepare(data) {
  statuses = data.statuses;
  paint();
  document.adoptedStyleSheets = [sheet];
}

export const { mount, unmount } = rowsOf(({ statusId }) => {
  const select = document.createElement('select');
  select.dataset.status = statusId;
  for (const { id, name } of statuses) select.append(new Option(name, id, id === statusId, id === statusId));
  return select;
});

export const isReady = () => true;
export const shown = (select) => select.selectedOptions[0].text;
export const isOpen = (select) => select.matches(':open');

export function rename(status) {
  const at = statuses.findIndex(({ id }) => id === status.id);
  statuses = statuses.with(at, status);
  for (const select of document.querySelectorAll('select')) select.options[at].text = status.name;
  paint();
}
