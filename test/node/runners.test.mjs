// Runs the published suite under the documented test runners: all cases run, and a broken adapter fails.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

const inTap = (tap, what) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(tap)[1]);

const RUNNERS = {
  Mocha: {
    command: [
      'node_modules/mocha/bin/mocha.js',
      '--reporter',
      'json',
      '--timeout',
      '10000',
      'test/runners/mocha.spec.mjs',
    ],
    read: (report) => {
      const { stats } = JSON.parse(report);
      return { passed: stats.passes, failed: stats.failures };
    },
  },
  Vitest: {
    command: [
      ...['node_modules/vitest/vitest.mjs', 'run', '--root', 'test/runners', '--reporter', 'json'],
      ...['--testTimeout', '10000', 'vitest.spec.mjs'],
    ],
    read: (report) => {
      const { numPassedTests, numFailedTests } = JSON.parse(report);
      return { passed: numPassedTests, failed: numFailedTests };
    },
  },
  'node:test': {
    command: ['--test', '--test-reporter', 'tap', 'test/runners/node.spec.mjs'],
    read: (report) => ({ passed: inTap(report, 'pass'), failed: inTap(report, 'fail') }),
  },
};

async function run({ command, read }, more) {
  // Without the environment variable by which this runner recognizes its child processes.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, command, {
    cwd: root,
    env: { ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [code, report, errors] = await Promise.all([
    new Promise((resolve) => child.once('close', resolve)),
    text(child.stdout),
    text(child.stderr),
  ]);
  try {
    return { code, ...read(report) };
  } catch (cause) {
    throw new Error(`The report is malformed:\n${report.slice(0, 2000)}\n${errors}`, { cause });
  }
}

const counts = [];

for (const [name, runner] of Object.entries(RUNNERS)) {
  test(`${name} runs every case`, async () => {
    const { code, passed, failed } = await run(runner, {});
    assert.deepEqual({ code, failed }, { code: 0, failed: 0 });
    counts.push(passed);
    assert.ok(passed > 300, `only ${passed} cases`);
    assert.equal(passed, counts[0], 'the runners do not run the same cases');
  });

  test(`${name} fails for a broken adapter`, async () => {
    const { code, passed, failed } = await run(runner, { BROKEN: '1' });
    assert.notEqual(code, 0);
    assert.ok(failed > 0 && failed < 50 && passed > 250, `${failed} failed, ${passed} passed`);
  });
}
