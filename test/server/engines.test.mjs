// Runs the server tests again as on other engines: with serializable transactions, and with commits that fail.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ENGINES } from './engine.mjs';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const OWN = 'engines.test.mjs';
/**
 * All of them take many minutes, so `npm test` runs those with the most conflicts, on PostgreSQL, and `npm run test:long`
 * all, on both databases.
 */
const files = process.env.LONG
  ? readdirSync(FOLDER).filter((file) => file.endsWith('.test.mjs') && file !== OWN)
  : ['concurrency.test.mjs'];

async function run(engine) {
  // Without NODE_TEST_CONTEXT: the child reports to this test, not to its runner.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const args = ['--test', '--test-reporter=tap', ...files.map((file) => FOLDER + file)];
  const child = spawn(process.execPath, args, { env: { ...env, ENGINE: engine } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  return { code, output, passed: Number(/^# pass (\d+)$/m.exec(output)?.[1]) };
}

describe('the server tests pass', () => {
  for (const engine of ENGINES) {
    it(`with ${engine.replace('-', ' ')}`, async () => {
      const { code, output, passed } = await run(engine);
      assert.equal(code, 0, output.slice(-20_000));
      assert.ok(passed > (process.env.LONG ? 100 : 7), output);
    });
  }
});
