/** A select of Shoelace or Web Awesome as a peer. */
import { rowsOf } from './rows.js';

/** Both have the same select with different prefixes. */
export function selectPeer(prefix) {
  let statuses;
  const sheet = new CSSStyleSheet();
  const paint = () =>
    sheet.replaceSync(
      statuses.map(({ id, color }) => `[data-status=${id}]::part(combobox) { background: ${color} }`).join('\n'),
    );
  const rows = rowsOf(({ statusId }) => {
    const select = document.createElement(`${prefix}-select`);
    select.dataset.status = statusId;
    for (const { id, name } of statuses) {
      const option = document.createElement(`${prefix}-option`);
      option.value = id;
      option.append(name);
      select.append(option);
    }
    select.value = statusId;
    return select;
  });
  return {
    ...rows,
    prepare(data) {
      statuses = data.statuses;
      paint();
      document.adoptedStyleSheets = [sheet];
    },
    isReady: (select) => Boolean(select.displayLabel),
    shown: (select) => select.displayLabel,
    isOpen: (select) => select.open,
    rename(status) {
      const at = statuses.findIndex(({ id }) => id === status.id);
      statuses = statuses.with(at, status);
      for (const select of document.querySelectorAll(`${prefix}-select`))
        select.children[at].replaceChildren(status.name);
      paint();
    },
  };
}
