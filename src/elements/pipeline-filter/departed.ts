import { html, type TemplateResult } from 'lit';
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

/** A sentence for each that had a name, and one for all others; `put` puts the name into its sentence. */
function sentences<T>(
  { ids, names }: Departed,
  localize: LocalizeController,
  put: (say: (name: string) => string, name: string) => T,
): (T | string)[] {
  const named = names.map((each) => put((name) => localize.text('statusLeftFilter', { name }), each));
  const n = ids.length - names.length;
  return n ? [...named, localize.text('unknownLeftFilter', { n })] : named;
}

/** What is spoken. */
export const speakDeparted = (departed: Departed, localize: LocalizeController): string =>
  sentences(departed, localize, (say, name) => say(name)).join(' ');

/** What is shown. */
export function renderDeparted(departed: Departed, localize: LocalizeController): TemplateResult {
  const words = sentences(departed, localize, withName).map((each, i) => [i ? ' ' : '', each]);
  return html`<p class="message" part="message">${words}</p>`;
}
