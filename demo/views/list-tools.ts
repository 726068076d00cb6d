/** The tools above a filtered list. */
import type { PipelineFilter } from 'pipeline-elements';
import { h } from '../app/h.js';
import { icon } from '../app/icons.js';
import { words } from '../app/i18n.js';
import type { Rows } from './rows.js';

/** A search field, the number of visible rows, and a message if there are none. */
export function listTools(rows: Rows, filter: PipelineFilter, nothing: string) {
  const count = h('span', { class: 'count' });
  const input = h('input', {
    type: 'search',
    'aria-label': words().search,
    placeholder: words().search,
    autocomplete: 'off',
    spellcheck: 'false',
    input: () => search(),
  });
  const empty = h(
    'div',
    { class: 'empty', hidden: true },
    icon('search'),
    h('p', { class: 'empty-title' }, nothing),
    h('p', {}, words().noMatchHint),
    h('button', { class: 'button', type: 'button', click: () => showAll() }, words().showAll),
  );

  function search(): void {
    const wanted = input.value.trim().toLocaleLowerCase();
    rows.search(wanted);
  }

  function showAll(): void {
    input.value = '';
    search();
    filter.filter = { op: 'any-of', statusIds: [] };
    input.focus();
  }

  function update(): void {
    count.textContent = words().shown(rows.shown, rows.size);
    empty.hidden = rows.shown > 0;
  }

  rows.onShown(update);
  update();

  return { count, empty, search: h('label', { class: 'search' }, icon('search'), input), refresh: search };
}
