// Checks that no regular expression of the library or the demo is slow, whatever its input.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';
import ts from 'typescript';
import { errorOfProblem } from '../../dist/adapters/rest/errors.js';
import { hasSamePath, isSignInPage } from '../../dist/adapters/rest/signed-out.js';

const root = new URL('../../', import.meta.url);
const LENGTH = 100_000;
/** CPU time in milliseconds. A linear pattern takes 1 to 10, a quadratic one ten thousand. */
const LIMIT = 3000;

/** Every regular expression in the sources of a folder, with its location. */
function patternsIn(folder) {
  const found = [];
  for (const file of readdirSync(new URL(folder, root), { recursive: true })) {
    if (!/\.m?[jt]s$/.test(file) || /test[.-]/.test(file)) continue;
    const text = readFileSync(new URL(`${folder}/${file}`, root), 'utf8');
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
    const visit = (node) => {
      if (ts.isRegularExpressionLiteral(node)) found.push({ pattern: node.text, place: `${folder}/${file}` });
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

/**
 * Inputs that make a pattern backtrack: its own characters and some others, alone and in pairs, followed by one that
 * may not match. Each character is last once, because a negated class matches all characters before it.
 */
function* textsFor(pattern) {
  const own = pattern.replace(/\\[pu]\{\w+\}|\\u\w{4}/g, '');
  const characters = [...new Set(`${own}aA1 -_\t\n\u0001\u0301\ud800\u2603`)];
  for (const [i, first] of characters.entries()) {
    const text = first.repeat(LENGTH);
    yield `{${text}`;
    for (const last of characters) yield text + last;
    for (const unit of [`${first}a`, `a${first}`, first + characters[(i + 1) % characters.length]]) {
      yield `${unit.repeat(LENGTH / unit.length)}\u2603`;
    }
  }
}
/** Runs a global pattern like `replace` does, which tries it at every position. */
const context = vm.createContext({ text: '' });

/** Runs it as `replace` does where it is global, which tries it at every place. */
function timeOf(pattern, text) {
  const start = process.cpuUsage();
  context.text = text;
  vm.runInContext(`text.replace(${pattern}, () => ''); ${pattern}.test(text)`, context, { timeout: 20_000 });
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

for (const folder of ['src', 'demo']) {
  test(`regular expressions of ${folder} take linear time`, () => {
    const patterns = patternsIn(folder);
    assert.ok(patterns.length > 5, `only ${patterns.length} were found`);
    for (const { pattern, place } of patterns) {
      for (const text of textsFor(pattern)) {
        const time = timeOf(pattern, text);
        assert.ok(time < LIMIT, `${place}: ${pattern} took ${time} ms on ${JSON.stringify(text.slice(0, 8))}…`);
      }
    }
  });
}

test('an error with a type of 100,000 characters is parsed immediately', () => {
  for (const unit of ['a', 'a/', '/', '#', ':', 'a#', ' ']) {
    const start = process.cpuUsage();
    const error = errorOfProblem(409, {
      type: `${unit.repeat(LENGTH / unit.length)}/in-use`,
      count: 3,
      title: unit.repeat(LENGTH),
    });
    assert.deepEqual([error.code, error.count], ['in-use', 3]);
    const { user, system } = process.cpuUsage(start);
    assert.ok((user + system) / 1000 < LIMIT);
  }
  for (const [type, code] of [
    ['in-use', 'in-use'],
    ['https://example.org/errors/in-use', 'in-use'],
    ['https://example.org/errors#in-use', 'in-use'],
    ['urn:problem:in-use', 'in-use'],
    ['https://example.org/in-use/', 'conflict'],
    ['', 'conflict'],
    ['constructor', 'conflict'],
  ]) {
    assert.equal(errorOfProblem(409, { type }).code, code, type);
  }
});

test('a page of 200,000 characters instead of JSON, and a URL of many slashes, are read immediately', () => {
  const units = [
    '<',
    '<a',
    '<input ',
    '<input type',
    '<input type ',
    '<form ',
    '<form action',
    '<meta ',
    '<meta refresh ',
  ];
  const more = [
    '<h1',
    '<h1>',
    '<title>',
    '<button ',
    '<script',
    '<script>',
    '<style>',
    '<!--',
    '<!-- -',
    '</',
    'location',
  ];
  const quoted = ["location'", 'location ', 'session ', 'sesi ', ' ', '>', '/>'];
  for (const unit of [...units, ...more, ...quoted]) {
    for (const end of ['', '>', '"', '-->', '</script>']) {
      const start = process.cpuUsage();
      isSignInPage(`<p>${unit.repeat(200_000 / unit.length)}${end}`);
      const { user, system } = process.cpuUsage(start);
      assert.ok((user + system) / 1000 < LIMIT, `${unit} … ${end}`);
    }
  }
  const start = process.cpuUsage();
  assert.equal(hasSamePath(`https://a.test/b${'/'.repeat(LENGTH)}`, 'https://a.test/b'), true);
  assert.equal(hasSamePath(`https://a.test/b${'/'.repeat(LENGTH)}c`, 'https://a.test/b'), false);
  const { user, system } = process.cpuUsage(start);
  assert.ok((user + system) / 1000 < LIMIT);
});
