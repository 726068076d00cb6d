// A rollup plugin that collects the licenses of bundled packages. Their texts are appended to the bundle, which may be
// copied without its neighbors, and written to a file. A package without a license text fails the build.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const FILE = 'THIRD-PARTY-NOTICES.txt';

/** Licenses that only require their text; others must be reviewed by a person. */
const KNOWN = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** The folder of the package that a module belongs to; `undefined` for our own. */
function folderOf(id) {
  if (!id.includes('node_modules')) return undefined;
  for (
    let folder = dirname(id.replace(/^\0/, '').replace(/\?.*$/, ''));
    folder !== dirname(folder);
    folder = dirname(folder)
  ) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name) return folder;
  }
  throw new Error(`${id} belongs to no package.`);
}

/** Name, version and license of the package in a folder. Throws if it must not be bundled. */
export function readLicense(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!KNOWN.includes(license))
    throw new Error(`${name}: its license has not been reviewed: ${JSON.stringify(license)}.`);
  const file = readdirSync(folder).find((each) => /^licen[cs]e(\.\w+)?$/i.test(each));
  if (!file) throw new Error(`${name}: has no license text to go with the bundle.`);
  const text = readFileSync(join(folder, file), 'utf8').replace(/\r\n/g, '\n').trim();
  if (!/copyright/i.test(text)) throw new Error(`${name}: its license text names no owner.`);
  return { title: `${name} ${version} (${license})`, text };
}

/** One section for each license text, with the packages that have it. */
export function formatNotices(licenses) {
  const byText = new Map();
  for (const { title, text } of licenses) byText.set(text, [...(byText.get(text) ?? []), title]);
  const sections = [...byText]
    .map(([text, titles]) => [titles.sort().join('\n'), text])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const line = '-'.repeat(72);
  return `${['Third-party software in this package', ...sections.map(([titles, text]) => `${line}\n${titles}\n\n${text}`)].join('\n\n')}\n`;
}

export const notices = () => ({
  name: 'notices',
  generateBundle(_, bundle) {
    const chunks = Object.values(bundle).filter(({ type }) => type === 'chunk');
    for (const chunk of chunks) {
      const used = Object.entries(chunk.modules).filter(([, { renderedLength }]) => renderedLength > 0);
      const folders = new Set(used.map(([id]) => folderOf(id)).filter(Boolean));
      if (!folders.size) continue;
      const text = formatNotices([...folders].map(readLicense));
      // Minifiers keep this kind of comment; `*/` would end it.
      chunk.code = `${chunk.code.trimEnd()}\n/*!\n${text.replaceAll('*/', '* /')}*/\n`;
      this.emitFile({ type: 'asset', fileName: FILE, source: text });
    }
  },
});
