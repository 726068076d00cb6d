import { html, type TemplateResult } from 'lit/html.js';

/** Stands for the name in a sentence, and in no sentence of any language. */
const MARK = '\ufffc';

/** A sentence with a name that a user gave: that keeps its own direction, wherever the language wants it. */
export function withName(say: (name: string) => string, name: string): TemplateResult {
  const [before, after] = say(MARK).split(MARK);
  return html`${before}<bdi>${name}</bdi>${after}`;
}
