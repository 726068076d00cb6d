// Prints the table of a run: each measure with its subjects, relative to its base, its target and the last committed
// run.
const UNITS = {
  ms: (value) => `${value.toFixed(value < 10 ? 2 : 1)} ms`,
  µs: (value) => `${value.toFixed(1)} µs`,
  bytes: (value) => (Math.abs(value) < 10_000 ? `${Math.round(value)} B` : `${(value / 1000).toFixed(1)} kB`),
  '/s': (value) => `${Math.round(value)}/s`,
};

const show = (unit, value) => UNITS[unit]?.(value) ?? String(Number(value.toFixed(1)));
const times = (value) => (Number.isFinite(value) ? `${value.toFixed(2)} ×` : '');

const ratio = (subjects, name, base) => (subjects[base] ? subjects[name].median / subjects[base].median : NaN);

/** The limit of a target: a value, or a multiple of another subject's value (of several subjects, the best). */
function limitOf({ of, atMost = 1, plus = 0 }, { unit, subjects }) {
  if (of === undefined) return [atMost, show(unit, atMost)];
  const best = Math.min(...[of].flat().map((name) => subjects[name]?.median ?? Infinity));
  const share = atMost === 1 ? '' : `${atMost} × `;
  return [best * atMost + plus, `${share}${[of].flat().join(' or ')}${plus ? ` + ${show(unit, plus)}` : ''}`];
}

function verdict({ targets = [], ...measure }, name) {
  return targets
    .filter((target) => target.subject === name)
    .map((target) => {
      const [limit, words] = limitOf(target, measure);
      // Without the other subject there is nothing to compare with.
      if (limit === Infinity) return '';
      return `${measure.subjects[name].median <= limit ? 'ok' : MISSED} ≤ ${words}`;
    })
    .join(', ');
}

/** Compares ratios, which are valid across machines; values only if there is no base to divide by. */
function change({ id, base, subjects }, name, committed) {
  const before = committed?.measures.find((measure) => measure.id === id)?.subjects;
  if (!before?.[name]) return '';
  const isRatio = base !== undefined && base !== name && before[base] && subjects[base];
  const [then, now] = isRatio
    ? [ratio(before, name, base), ratio(subjects, name, base)]
    : [before[name].median, subjects[name].median];
  if (then === now) return 'same';
  return then > 0 && now > 0 ? `${isRatio ? `${times(then)} → ` : ''}${((now / then - 1) * 100).toFixed(0)} %` : '';
}

function rowsOf(measure) {
  const { title, unit, base, subjects } = measure;
  return Object.keys(subjects).map((name, i) => [
    i === 0 ? title : '',
    name,
    show(unit, subjects[name].median),
    base === undefined || name === base ? '' : times(ratio(subjects, name, base)),
    verdict(measure, name),
  ]);
}

const HEAD = ['measure', 'subject', 'median', 'to the first', 'target'];
const MISSED = 'MISSED';

/** The tables for the documentation, as [heading, head, rows], and the ids of measures that missed their target. */
export function tablesOf(groups) {
  const tables = Object.entries(groups).map(([name, { measures }]) => [name, HEAD, measures.flatMap(rowsOf)]);
  const isMissed = (measure) => Object.keys(measure.subjects).some((name) => verdict(measure, name).includes(MISSED));
  const missed = Object.values(groups).flatMap(({ measures }) => measures.filter(isMissed));
  return { tables, missed };
}

/** A measure with every subject as a ratio to one of them; `undefined` if it is missing. */
export function ratiosOf(groups, id, base) {
  const measure = Object.values(groups)
    .flatMap(({ measures }) => measures)
    .find((each) => each.id === id);
  if (!measure) return undefined;
  const { subjects } = measure;
  return new Map(Object.keys(subjects).map((name) => [name, times(ratio(subjects, name, base))]));
}

/** Prints one table for all groups; returns the number of missed targets. */
export function printTable(groups, committed) {
  const rows = Object.entries(groups).flatMap(([name, group]) =>
    group.measures.flatMap((measure) => {
      const subjects = Object.keys(measure.subjects);
      return rowsOf(measure).map((row, i) => [...row, change(measure, subjects[i], committed[name])]);
    }),
  );
  const head = [...HEAD, 'since the last commit'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells) =>
    cells
      .map((cell, i) => (i === 2 || i === 3 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  console.log(`\n${line(head)}\n${widths.map((width) => '─'.repeat(width)).join('  ')}`);
  for (const row of rows) console.log(line(row));
  return rows.filter((row) => row[4].includes(MISSED)).length;
}
