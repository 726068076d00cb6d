// Writes the tables of README.md from dist/custom-elements.json; with --check only says whether they are stale.
import { readFileSync, writeFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync('dist/custom-elements.json', 'utf8'));
const elements = manifest.modules.flatMap((module) => module.declarations ?? []);

const cell = (text = '') => text.replace(/\s+/g, ' ').replace(/\|/g, '\\|').trim();
const code = (text) => `\`${text}\``;

function table(head, rows) {
  if (!rows.length) return [];
  return [
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---|').join('')}`,
    ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
    '',
  ];
}

function tablesFor(element) {
  const fields = element.members.filter(({ kind, description }) => kind === 'field' && description);
  const methods = element.members.filter(({ kind, description }) => kind === 'method' && description);
  const attribute = ({ name }) => element.attributes?.find(({ fieldName }) => fieldName === name)?.name;
  const named = (items, ...more) => (items ?? []).map((item) => [code(item.name), ...more.map((get) => get(item))]);
  const about = ({ description }) => description;
  return [
    ...table(
      ['property', 'attribute', 'what'],
      named(fields, (field) => (attribute(field) ? code(attribute(field)) : ''), about),
    ),
    ...table(
      ['method', 'what'],
      methods.map((method) => [code(`${method.name}()`), about(method)]),
    ),
    ...table(['event', 'when'], named(element.events, about)),
    ...table(['part', 'what'], named(element.cssParts, about)),
    ...table(
      ['state', 'when'],
      (element.cssStates ?? []).map((state) => [code(`:state(${state.name})`), about(state)]),
    ),
  ].join('\n');
}

/** What all of them inherit is said once. */
const theming = () => {
  const { cssProperties } = elements.find(({ cssProperties: all }) => all?.length);
  return table(
    ['custom property', 'what'],
    cssProperties.map(({ name, description }) => [code(name), description]),
  ).join('\n');
};

const before = readFileSync('README.md', 'utf8');
const after = before.replace(
  /(<!-- generated:([\w-]+) -->\n)[\s\S]*?(<!-- \/generated:\2 -->)/g,
  (_, start, tag, end) => {
    if (tag === 'theming') return `${start}\n${theming()}\n${end}`;
    const element = elements.find(({ tagName }) => tagName === tag);
    if (!element) throw new Error(`README.md has a table for <${tag}>, which the manifest does not have.`);
    return `${start}\n${tablesFor(element)}\n${end}`;
  },
);
if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error('The tables of README.md are stale: run `npm run build && node scripts/docs.mjs`.');
    process.exitCode = 1;
  }
} else if (after !== before) writeFileSync('README.md', after);
