/** Of measures whose target may be missed: what was tried, and why it is not reached. By the id of the measure. */
export const TRIED = {
  'first-mount':
    'The list, its words, styles and code come with the first use; a pill is a copy, not a template’s; one style sheet; no listener, timer, observer or question to a provider for each; rendered once where the adapter answers from memory. What is left is a tenth over the bare button.',
  'first-unmount':
    'Everything that a picker registers for is one entry in a set or a map of the page. Again, it is quicker than the native one.',
  kept: 'It does not grow (the lines below). It is the compiled code, the style sheets and the statuses of 1,000 conversations, which the store keeps so that they show at once the next time; the code of a native control is not counted.',
  rename:
    'One update for each, which writes the name, the colour and the part that carries the name; the rest is style, layout and paint of a thousand pills by the browser.',
  'filter-work':
    'A frame in which any row of such a list goes costs the browser style, layout and paint of the whole list, so what is spread over frames costs more in all; done at once it is one task, as the loop’s. No frame writes more than 2,000 rows. Five larger parts instead of nine saved a fifth and made the longest task twice as long where the processor is slow.',
  ...Object.fromEntries(
    [10_000, 100_000, 1_000_000].flatMap((count) => [
      [
        `idb-pick-${count}`,
        'All that a pick reads is asked for at once, three records are written, and the transaction is told to commit. The same three reads and three writes without any of our code take 1.8 times the one put.',
      ],
      [
        `idb-page-${count}`,
        'One `getAll` for each status, asked for at once with the statuses and what they hold. Those two are what is more than raw.',
      ],
      [
        `idb-look-up-${count}`,
        'One `get` for each id and one wait for all of them, as raw has; then a record is made of each row.',
      ],
    ]),
  ),
};
