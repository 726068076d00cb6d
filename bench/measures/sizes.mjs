// Measures what a page loads, as counted by scripts/size.mjs.
import { run } from '../../scripts/run.mjs';
import { Samples } from '../harness/samples.mjs';

/** Matches `   gzip  brotli  budget    later  kB` and a line for each entry. */
const LINE = /^\s*([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+(.+?)(?: OVER BUDGET)?$/;

export async function sizes() {
  const samples = new Samples();
  const { output } = await run('node', ['scripts/size.mjs']);
  for (const line of output.split('\n')) {
    const found = LINE.exec(line);
    if (!found) continue;
    const [, gzip, , budget, later, name] = found;
    const measure = (id, title, targets) => ({ id, title, unit: 'kB', targets });
    samples.add(
      measure(`size ${name}`, `${name}, gzip`, [{ subject: 'at once', atMost: Number(budget) }]),
      'at once',
      Number(gzip),
    );
    samples.add(measure(`size ${name}`), 'later', Number(later));
  }
  return samples.summary();
}
