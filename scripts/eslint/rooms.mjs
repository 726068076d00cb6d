// The plan of the house as a lint rule: which room of src/ may import from which, and what each may take from npm
// (CONTRIBUTING.md, "Where things live"). Types count too: a room that is only named is known.
import { dirname, relative, resolve, sep } from 'node:path';

/** lit, and the part of it that a picker does without templates. */
const LIT = ['lit', '@lit/reactive-element'];

const ROOMS = {
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
  testing: { from: ['model', 'adapters', 'elements'], packages: [] },
};

/** `model/status.ts` → `model`; `events.ts` → `events`. */
const roomOf = (path) => path.split(sep)[0].replace(/\.(ts|js)$/, '');
const packageOf = (specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)[0];
const registers = (path) => /(^|\/)define\.js$/.test(path);

function problem(file, specifier, { isLazy, isType }) {
  const room = ROOMS[roomOf(file)];
  if (!specifier.startsWith('.')) {
    if (!room || room.packages.includes(packageOf(specifier))) {
      if (packageOf(specifier) !== 'sortablejs' || isType) return undefined;
      if (!/^ui\/sortable[^/]*\.ts$/.test(file)) return 'only src/ui/sortable*.ts loads sortablejs';
      return isLazy ? undefined : 'sortablejs is loaded when first needed: use import()';
    }
    return `${roomOf(file)} uses ${room.packages.join(', ') || 'no packages'}`;
  }
  const target = relative('.', resolve(dirname(file), specifier));
  if (registers(target) && !/(^|\/)(define|cdn)\.ts$/.test(file)) return 'importing a class must not register anything';
  if (!room || roomOf(target) === roomOf(file) || room.from.includes(roomOf(target))) return undefined;
  return `${roomOf(file)} knows ${room.from.join(', ') || 'no other room'}`;
}

export const rooms = {
  meta: { type: 'problem', schema: [], messages: { wrong: '{{what}}: not "{{specifier}}".' } },
  create(context) {
    const file = relative(resolve(context.cwd, 'src'), context.filename);
    const check = (source, options) => {
      if (typeof source?.value !== 'string') return;
      const what = problem(file, source.value, options);
      if (what) context.report({ node: source, messageId: 'wrong', data: { what, specifier: source.value } });
    };
    const still = (node) => check(node.source, { isType: (node.importKind ?? node.exportKind) === 'type' });
    return {
      ImportDeclaration: still,
      ExportNamedDeclaration: still,
      ExportAllDeclaration: still,
      ImportExpression: (node) => check(node.source, { isLazy: true }),
      TSImportType: (node) => check(node.source ?? node.argument?.literal, { isType: true }),
    };
  },
};
