import type { PipelineFilter } from 'pipeline-elements';
import { h } from '../app/h.js';
import { icon } from '../app/icons.js';
import { words } from '../app/i18n.js';

/**
 * What stands around a filtered list: a search field, the number of rows that show, and a message when none does.
 * The filter hides rows by `hidden`; the search uses a class of its own, so that neither undoes the other.
 */
export function listTools(list: HTMLUListElement, filter: PipelineFilter, nothing: string) {
  const rows = () => [...list.querySelectorAll<HTMLLIElement>(':scope > li')];
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
    for (const row of rows()) {
      row.classList.toggle('search-miss', !(row.dataset.search ?? '').includes(wanted));
    }
    update();
  }

  function showAll(): void {
    input.value = '';
    search();
    filter.filter = { op: 'any-of', statusIds: [] };
    input.focus();
  }

  function update(): void {
    const all = rows();
    const shown = all.filter((row) => !row.hidden && !row.classList.contains('search-miss')).length;
    count.textContent = words().shown(shown, all.length);
    empty.hidden = shown > 0;
  }

  new MutationObserver(update).observe(list, { subtree: true, attributeFilter: ['hidden'] });
  update();

  return { count, empty, search: h('label', { class: 'search' }, icon('search'), input), refresh: search };
}
