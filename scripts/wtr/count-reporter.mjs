/** Counts the browser tests for `npm test`. */
import { writeFileSync } from 'node:fs';

function walk(suite, count) {
  for (const test of suite.tests ?? []) if (!test.skipped) count[test.passed ? 'passed' : 'failed']++;
  for (const child of suite.suites ?? []) walk(child, count);
}

/** Prints the counts and writes them to `file`. A test file that cannot be loaded counts as one failure. */
export const countReporter = ({ file } = {}) => ({
  stop({ sessions }) {
    const count = { passed: 0, failed: 0 };
    for (const session of sessions) {
      const before = count.failed;
      if (session.testResults) walk(session.testResults, count);
      if (!session.passed && count.failed === before) count.failed++;
    }
    console.log(`\n${count.passed} passed, ${count.failed} failed\n`);
    if (file) writeFileSync(file, JSON.stringify(count));
  },
});
