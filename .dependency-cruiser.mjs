/**
 * The import rules of src/, checked by `npm run check`: which folder may import which, which packages each may use, and
 * no import cycles. Types count. CONTRIBUTING.md explains the layout.
 */

/** The base class of lit alone, for elements that must not load its templates. */
const LIT = ['lit', '@lit/reactive-element'];

/** What each folder of src/ may import besides itself. */
const FOLDERS = {
  model: { from: [], packages: [] },
  locales: { from: [], packages: [] },
  styles: { from: [], packages: LIT },
  adapters: { from: ['model'], packages: ['idb'] },
  store: { from: ['model', 'adapters'], packages: ['@lit/context'] },
  events: { from: ['model', 'adapters'], packages: [] },
  ui: {
    from: ['model', 'adapters', 'store', 'locales', 'styles', 'events'],
    packages: [...LIT, '@lit/context', 'sortablejs'],
  },
  elements: {
    from: ['model', 'adapters', 'store', 'locales', 'styles', 'events', 'ui'],
    packages: [...LIT, '@lit/context'],
  },
  transfer: { from: ['model', 'adapters'], packages: [] },
  testing: { from: ['model', 'adapters', 'elements'], packages: [] },
};

const TESTS = '(\\.test\\.ts$|\\.suite\\.ts$|/test-[^/]+\\.ts$)';
const inFolder = (name) => `^src/${name}(/|\\.ts$)`;

const foldersAndPackages = Object.entries(FOLDERS).flatMap(([name, { from, packages }]) => [
  {
    name: `${name}-folders`,
    comment: `src/${name} imports ${from.join(', ') || 'no other folder'}.`,
    severity: 'error',
    from: { path: inFolder(name), pathNot: TESTS },
    to: { path: '^src/', pathNot: [name, ...from].map(inFolder) },
  },
  {
    name: `${name}-packages`,
    comment: `src/${name} uses ${packages.join(', ') || 'no packages'}.`,
    severity: 'error',
    from: { path: inFolder(name), pathNot: TESTS },
    to: { path: 'node_modules', pathNot: packages.map((each) => `node_modules/(@types/)?${each}/`) },
  },
]);

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A file must not import itself through others.',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { circular: true },
    },
    {
      name: 'no-registration',
      comment: 'Importing a class must not register an element.',
      severity: 'error',
      from: { path: '^src/', pathNot: [TESTS, '(^|/)(define|cdn)\\.ts$'] },
      to: { path: '(^|/)define\\.ts$' },
    },
    {
      name: 'sortablejs-in-one-file',
      comment: 'Only src/ui/drag-list.ts loads sortablejs.',
      severity: 'error',
      from: { path: '^src/', pathNot: [TESTS, '^src/ui/drag-list[^/]*\\.ts$'] },
      to: { path: 'node_modules/sortablejs/' },
    },
    {
      name: 'sortablejs-when-needed',
      comment: 'sortablejs is loaded when it is first needed: use import().',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: 'node_modules/sortablejs/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    ...foldersAndPackages,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types'],
    },
  },
};
