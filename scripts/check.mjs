// npm run check: everything except the tests. Prints one line per step, and the output of steps that failed.
import { existsSync, readFileSync } from 'node:fs';
import { FILE } from './notices.mjs';
import { run, runSteps } from './run.mjs';

const bin = (name, ...args) => run('node', [`node_modules/${name}`, ...args]);

/** Checks what `npm publish` would include: only the build and the documents. */
async function pack() {
  const { output, code } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error']);
  if (code) return { code, output };
  const [{ files }] = JSON.parse(output.slice(output.indexOf('[')));
  const strangers = files
    .map(({ path }) => path)
    .filter(
      (path) =>
        !/^(dist\/|package\.json$|README|LICENSE|CHANGELOG|SECURITY|THIRD-PARTY-NOTICES)/.test(path) ||
        /\.test\./.test(path),
    );
  return { code: strangers.length ? 1 : 0, output: `must not be published:\n${strangers.join('\n')}` };
}

/** The build regenerates the file, and the committed one must be the same. */
const readNotices = () => (existsSync(FILE) ? readFileSync(FILE, 'utf8') : undefined);
const noticesBefore = readNotices();
const compareNotices = () => ({
  code: readNotices() === noticesBefore ? 0 : 1,
  output: `${FILE} was outdated: commit the new version.`,
});

/** The lockfile must not tie installs to one registry. */
function lockfile() {
  const hosts = readFileSync('package-lock.json', 'utf8').match(/"resolved": ".*"/g) ?? [];
  return {
    code: hosts.length ? 1 : 0,
    output: `package-lock.json contains registry URLs:\n${hosts.slice(0, 3).join('\n')}`,
  };
}

const ofSources = await runSteps([
  ['types', () => bin('typescript/bin/tsc', '--noEmit')],
  ['types of the demo', () => bin('typescript/bin/tsc', '--noEmit', '-p', 'demo')],
  ['types of the server', () => bin('typescript/bin/tsc', '--noEmit', '-p', 'demo/server')],
  ['lint', () => bin('eslint/bin/eslint.js', '.', '--max-warnings=0')],
  ['imports', () => bin('dependency-cruiser/bin/dependency-cruise.mjs', 'src')],
  ['format', () => bin('prettier/bin/prettier.cjs', '--check', '.', '--log-level=warn')],
  ['lockfile', lockfile],
]);
const isBuilt = await runSteps([['build', () => run('node', ['scripts/build.mjs'])]]);
const ofBuild =
  isBuilt &&
  (await runSteps([
    ['types in JSX', () => bin('typescript/bin/tsc', '-p', 'test/frameworks')],
    ['documentation', () => run('node', ['scripts/docs.mjs', '--check'])],
    ['sizes', () => run('node', ['scripts/size.mjs'])],
    ['package', () => bin('publint/src/cli.js', '--strict')],
    ['types of the package', () => bin('@arethetypeswrong/cli/dist/index.js', '--pack', '.', '--profile', 'esm-only')],
    ['notices', compareNotices],
    ['what is published', pack],
  ]));
process.exitCode = ofSources && ofBuild ? 0 : 1;
