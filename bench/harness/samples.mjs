/** Collects samples. */
import { median } from './stats.mjs';

/**
 * The samples by measure and subject. A measure is `{ id, title, unit, base, targets }`; `base` is the subject that the
 * others are compared with. A target is `{ subject, of, atMost, plus }`: the median of `subject` may be at most
 * `atMost` times that of `of` (of several subjects, the best) plus `plus`; without `of`, at most `atMost`.
 */
export class Samples {
  #measures = new Map();

  add(measure, subject, ...values) {
    if (!this.#measures.has(measure.id)) this.#measures.set(measure.id, { measure, bySubject: new Map() });
    const { bySubject } = this.#measures.get(measure.id);
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), ...values]);
  }

  /** A plain record for each measure, as stored and displayed. */
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
