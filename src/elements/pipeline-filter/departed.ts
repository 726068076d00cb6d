import { html, type TemplateResult } from 'lit';
import { join } from 'lit/directives/join.js';
import { withName } from '../../internal/bidi.js';
import type { LocalizeController } from '../../internal/localize.js';
import type { Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/store.js';

/** The statuses of a filter that are deleted: they leave it, and it says so, lest it turn into another one unseen. */
export interface Departed {
  ids: readonly Id[];
  /** Of those whose name is known. */
  names: readonly string[];
}

/**
 * Those that are deleted, or that the store, once it has the list, does not know; `undefined` when there are none. A
 * delete that is on its way may yet be refused.
 */
export function departedFrom({ statusIds }: Filter, store: PipelineStore | undefined): Departed | undefined {
  if (store?.phase !== 'ready') return undefined;
  const ids = statusIds.filter((id): id is Id => id !== null && (store.status(id)?.deleted ?? !store.status(id)));
  if (!ids.length) return undefined;
  return { ids, names: ids.map((id) => store.status(id)?.name).filter((name) => name !== undefined) };
}

const unnamed = ({ ids, names }: Departed, localize: LocalizeController): string[] => {
  const n = ids.length - names.length;
  return n ? [localize.text('unknownLeftFilter', { n })] : [];
};

/** What is spoken. */
export const speakDeparted = (departed: Departed, localize: LocalizeController): string =>
  [...departed.names.map((name) => localize.text('statusLeftFilter', { name })), ...unnamed(departed, localize)].join(
    ' ',
  );

/** What is shown. */
export const renderDeparted = (departed: Departed, localize: LocalizeController): TemplateResult => {
  const sentences = [
    ...departed.names.map((each) => withName((name) => localize.text('statusLeftFilter', { name }), each)),
    ...unnamed(departed, localize),
  ];
  return html`<p class="message" part="message">${join(sentences, ' ')}</p>`;
};
