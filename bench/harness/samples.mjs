import { median } from './stats.mjs';

/**
 * What was measured, by measure and subject. A measure is told once with what all its rows share:
 * `{ id, title, unit, base, targets }`. `base` is the subject that the others are compared with; a target is
 * `{ subject, of, atMost, plus }`: its median is to be no more than `atMost` times that of the subject `of` (of several
 * the best) and `plus`; without `of`, no more than `atMost`.
 */
export class Samples {
  #measures = new Map();

  add(measure, subject, ...values) {
    if (!this.#measures.has(measure.id)) this.#measures.set(measure.id, { measure, bySubject: new Map() });
    const { bySubject } = this.#measures.get(measure.id);
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), ...values]);
  }

  /** A plain record for each measure, as it is kept and shown. */
  summary() {
    return [...this.#measures.values()].map(({ measure, bySubject }) => ({
      ...measure,
      subjects: Object.fromEntries(
        [...bySubject].map(([subject, values]) => [
          subject,
          { median: median(values), low: Math.min(...values), high: Math.max(...values), samples: values.length },
        ]),
      ),
    }));
  }
}
