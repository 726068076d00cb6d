// Generates parts of the documentation: tables from dist/custom-elements.json and bench/results.json, and code from
// files that are compiled and tested. With --check it only reports outdated files.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { ratiosOf, tablesOf } from '../bench/harness/report.mjs';
import { TRIED } from '../bench/tried.mjs';

const manifest = JSON.parse(readFileSync('dist/custom-elements.json', 'utf8'));
const { groups } = JSON.parse(readFileSync('bench/results.json', 'utf8'));
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

/** Inherited members are only listed once. */
const theming = () => {
  const { cssProperties } = elements.find(({ cssProperties: all }) => all?.length);
  return table(
    ['custom property', 'what'],
    cssProperties.map(({ name, description }) => [code(name), description]),
  ).join('\n');
};

const PEERS = {
  'lit-button': 'a bare Lit button',
  shoelace: 'Shoelace',
  'web-awesome': 'Web Awesome',
  'react-select': 'react-select',
};
const SPEED = {
  'first-mount': '1,000 mounted, main thread',
  memory: 'memory of each',
  rename: 'a status of 1,000 renamed, main thread',
  'open-8': 'opened with 8 statuses, time',
  'open-200': 'opened with 200 statuses, time',
};

/** The most important measures, as ratios. */
const speed = () =>
  table(
    ['less is better; native `<select>` = 1', 'picker', ...Object.values(PEERS)],
    Object.entries(SPEED).map(([id, what]) => {
      const ratios = ratiosOf(groups, id, 'native-select');
      return [what, ...['picker', ...Object.keys(PEERS)].map((name) => ratios?.get(name))];
    }),
  ).join('\n');

/** All measures, with explanations for those that missed their target. */
function results() {
  const { tables, missed } = tablesOf(groups);
  const lines = tables.flatMap(([name, head, rows]) => [`### ${name}`, '', ...table(head, rows)]);
  const reasons = missed.map(({ id, title }) => `- ${title}: ${TRIED[id] ?? 'not investigated yet.'}`);
  return [...lines, ...(reasons.length ? ['### Missed targets, and what was tried', '', ...reasons, ''] : [])].join(
    '\n',
  );
}

const WHOLE = { theming, speed, results };

/** A file, or the part between `// #region name` and `// #endregion`, without indentation. */
function codeOf(source) {
  const [path, region] = source.split('#');
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const start = lines.findIndex((line) => line.trim() === `// #region ${region?.replace(/-/g, ' ')}`);
  if (region && start < 0) throw new Error(`${path} has no region "${region}".`);
  const rest = region ? lines.slice(start + 1) : lines;
  const end = region ? rest.findIndex((line) => line.trim() === '// #endregion') : rest.length;
  const chosen = rest.slice(0, end).filter((line) => !/^\s*\/\/ #(end)?region\b/.test(line));
  const indentation = Math.min(...chosen.filter(Boolean).map((line) => line.search(/\S/)));
  return chosen.map((line) => line.slice(indentation)).join('\n');
}

function generate(path, text) {
  return text
    .replace(/(<!-- generated:([\w-]+) -->\n)[\s\S]*?(<!-- \/generated:\2 -->)/g, (_, start, tag, end) => {
      if (WHOLE[tag]) return `${start}\n${WHOLE[tag]()}\n${end}`;
      const element = elements.find(({ tagName }) => tagName === tag);
      if (!element) throw new Error(`${path} has a table for <${tag}>, which is not in the manifest.`);
      return `${start}\n${tablesFor(element)}\n${end}`;
    })
    .replace(/(<!-- code:(\S+) -->\n)[\s\S]*?(<!-- \/code -->)/g, (_, start, source, end) => {
      const language = extname(source.split('#')[0]).slice(1).replace('mjs', 'js');
      return `${start}\n<!-- prettier-ignore -->\n\`\`\`${language}\n${codeOf(source)}\n\`\`\`\n\n${end}`;
    });
}

const documents = [
  'README.md',
  'bench/README.md',
  ...readdirSync('docs').flatMap((file) => (file.endsWith('.md') ? [`docs/${file}`] : [])),
];
for (const path of documents) {
  const before = readFileSync(path, 'utf8');
  const after = generate(path, before);
  if (after === before) continue;
  if (process.argv.includes('--check')) {
    console.error(`${path} is outdated: run \`npm run build && node scripts/docs.mjs\`.`);
    process.exitCode = 1;
  } else writeFileSync(path, after);
}
