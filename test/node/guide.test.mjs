// Checks that the guides name existing test cases, and that their code comes from files that are compiled and tested.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { runAdapterTests } from 'pipeline-elements/testing';

const docs = new URL('../../docs/', import.meta.url);
const guides = readdirSync(docs).filter((file) => file.endsWith('.md'));
const read = (file) => readFileSync(new URL(file, docs), 'utf8');

/** The titles of all cases, by group. */
function casesOfSuite() {
  const groups = new Map();
  let current;
  const nothing = () => assert.fail('no case is run');
  runAdapterTests({
    describe: (name, body) => {
      groups.set(name, (current = new Set()));
      body();
    },
    it: (title) => current.add(title),
    create: nothing,
    reopen: nothing,
    peer: nothing,
  });
  return groups;
}

test('every case that the guide names is in the suite', () => {
  const groups = casesOfSuite();
  const named = [...read('write-an-adapter.md').matchAll(/`([^`]+)` › `([^`]+)`/g)];
  assert.ok(named.length > 25, `only ${named.length} cases are named`);
  const unknown = named.filter(([, group, title]) => !groups.get(group)?.has(title)).map(([whole]) => whole);
  assert.deepEqual(unknown, []);
});

for (const file of guides) {
  test(`${file} only shows code from tested files`, () => {
    const own = read(file).replace(/<!-- code:\S+ -->[\s\S]*?<!-- \/code -->/g, '');
    assert.deepEqual(own.match(/^```(?!sh$)\w+$/gm) ?? [], []);
  });

  test(`${file} links to existing files`, () => {
    for (const [, path] of read(file).matchAll(/\]\((\.\.\/[^)#]+)/g)) readFileSync(new URL(path, docs));
  });
}
