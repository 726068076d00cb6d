/** For measures that may miss their target: what was tried, and why it cannot be reached. By measure id. */
export const TRIED = {
  'first-mount':
    'The list, its texts, styles and code are loaded on first use; a pill is a cloned node, not a template; there is one style sheet; no listener, timer, observer or provider lookup per picker; each renders once if the adapter answers from memory. What remains is a tenth more than the bare button.',
  'first-unmount':
    'A picker’s only registration is one entry in a set or a map of the page. When unmounted again, it is faster than the native select.',
  kept: 'It does not grow (see the lines below). It consists of the compiled code, the style sheets and the statuses of 1,000 conversations, which the store caches so that they show immediately the next time; the code of a native control is not counted.',
  rename:
    'One update per picker, which writes the name, the color and the part with the name; the rest is the browser’s style, layout and paint of a thousand pills.',
  'filter-work':
    'Each frame that hides any row costs style, layout and paint of the whole list, so spreading the work over frames costs more in total; done at once it is a single task, like the loop’s. No frame writes more than 2,000 rows. Five larger chunks instead of nine saved a fifth but made the longest task twice as long on a slow CPU.',
  ...Object.fromEntries(
    [10_000, 100_000, 1_000_000].flatMap((count) => [
      [
        `idb-pick-${count}`,
        'All reads of a pick are requested at once, three records are written, and the transaction is committed explicitly. The same three reads and three writes without any of our code take 1.8 times as long as a single put.',
      ],
      [
        `idb-page-${count}`,
        'One `getAll` per status, requested at once together with the statuses and their counts. Those two are the difference to raw.',
      ],
      [
        `idb-look-up-${count}`,
        'One `get` per id and one wait for all of them, like raw; then each row is converted to a record.',
      ],
    ]),
  ),
};
