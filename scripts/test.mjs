// npm test: finds the browser and PostgreSQL, builds, runs all kinds of tests and adds up the results.
//   npm test -- browser 'src/store/*.test.ts'   one kind of test (node, browser, e2e), optionally only some files
//   npm test -- e2e --no-build                  uses dist/ as it is; browser tests run from src/ and never build
//   npm run test:long                           browser tests in Chromium, Firefox and WebKit; ten times the seeds
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from './browser.mjs';
import { findPostgres } from './postgres.mjs';
import { run } from './run.mjs';

const args = process.argv.slice(2);
const [only, ...files] = args.filter((arg) => !arg.startsWith('--'));
const results = mkdtempSync(join(tmpdir(), 'pipeline-elements-'));
const env = {
  CHROMIUM: await findBrowser(),
  ...(args.includes('--long') ? { BROWSERS: 'chromium,firefox,webkit', LONG: '1' } : {}),
};
console.log(`browser: ${env.CHROMIUM}`);

/** Runs one kind of test; `read` extracts the counts from its report. */
async function stage(report, command, more, read) {
  const { code } = await run('node', command, { isShown: true, env: { ...env, ...more } });
  const path = join(results, report);
  return { code, ...(existsSync(path) ? read(readFileSync(path, 'utf8')) : { passed: 0, failed: 0 }) };
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const STAGES = {
  async node() {
    const folders = ['test/node', 'test/server', 'test/model'];
    const found = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => file.endsWith('.test.mjs'))
        .map((file) => `${folder}/${file}`),
    );
    const reporters = ['spec', 'stdout', 'tap', join(results, 'node.tap')].map(
      (value, i) => `--test-reporter${i % 2 ? '-destination' : ''}=${value}`,
    );
    const wanted = files.length ? files : found;
    const needsPostgres = wanted.some((file) => /^test\/(server|model)\//.test(file)) && !process.env.DATABASE_URL;
    // Before the tests run in parallel, or each of them would install it.
    if (needsPostgres) console.log(`postgresql: ${findPostgres()}`);
    // By default Node keeps one core free, so on two cores the files would run one after the other.
    const atOnce = `--test-concurrency=${Math.max(2, availableParallelism() - 1)}`;
    return stage('node.tap', ['--test', atOnce, ...reporters, ...wanted], {}, (tap) => {
      const count = (what) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
      return { passed: count('pass'), failed: count('fail') + count('cancelled') };
    });
  },
  async browser() {
    const command = ['node_modules/@web/test-runner/dist/bin.js', ...(files.length ? ['--files', ...files] : [])];
    return stage('browser.json', command, { WTR_COUNT: join(results, 'browser.json') }, JSON.parse);
  },
  async e2e() {
    const command = ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json', ...files];
    const more = {
      PLAYWRIGHT_JSON_OUTPUT_NAME: join(results, 'e2e.json'),
      E2E_PORT: String(await freePort()),
      // The demo's server starts with an empty embedded database.
      DATABASE_URL: '',
    };
    return stage('e2e.json', command, more, (json) => {
      const { stats, errors } = JSON.parse(json);
      return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length };
    });
  },
};

const total = { passed: 0, failed: 0 };
const problems = [];
const durations = [];
if (only && !STAGES[only]) problems.push(`no such kind of test: ${only}`);
else if (only !== 'browser' && !args.includes('--no-build')) {
  if ((await run('node', ['scripts/build.mjs'], { isShown: true })).code !== 0) problems.push('the build failed');
}
for (const [name, start] of problems.length ? [] : Object.entries(STAGES)) {
  if (only && only !== name) continue;
  console.log(`\n${name}`);
  const begun = performance.now();
  const { code, passed, failed, problem } = await start().catch(({ message }) => ({ problem: message }));
  const duration = `${name} ${Math.round((performance.now() - begun) / 1000)} s`;
  durations.push(duration);
  console.log(`\n${duration}`);
  if (problem) {
    problems.push(`${name}: ${problem}`);
    continue;
  }
  total.passed += passed;
  total.failed += failed;
  if (passed + failed === 0) problems.push(`${name}: no test ran`);
  else if (code !== 0 && failed === 0) problems.push(`${name}: ended with code ${code}`);
}
rmSync(results, { recursive: true });
for (const problem of problems) console.log(problem);
total.failed += problems.length;
if (durations.length) console.log(`\n${durations.join(' · ')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
