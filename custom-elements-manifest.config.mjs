import { jsxTypesPlugin } from '@wc-toolkit/jsx-types';
import { customElementVsCodePlugin } from 'custom-element-vs-code-integration';

/** Leaves the elements' public API: helpers and what only subclasses see have served their turn. */
const publicApi = {
  name: 'public-api',
  packageLinkPhase({ customElementsManifest }) {
    for (const module of customElementsManifest.modules) {
      module.declarations = module.declarations?.filter((declaration) => declaration.tagName);
      for (const declaration of module.declarations ?? []) {
        declaration.members = declaration.members?.filter(
          ({ privacy, static: isStatic, name }) =>
            !isStatic && privacy !== 'private' && privacy !== 'protected' && !/^form.*Callback$/.test(name),
        );
        // The analyzer takes the first argument of a dispatched event for its name; the real ones are documented.
        declaration.events = declaration.events?.filter(({ description }) => description);
      }
      module.exports = module.exports?.filter(
        ({ kind, declaration }) =>
          kind === 'custom-element-definition' || module.declarations?.some(({ name }) => name === declaration.name),
      );
    }
    customElementsManifest.modules = customElementsManifest.modules.filter(({ exports }) => exports?.length);
  },
};

/** Names modules as the package has them: dist/x.js for src/x.ts. */
const publishedPaths = {
  name: 'published-paths',
  packageLinkPhase({ customElementsManifest }) {
    const published = (path) => path.replace(/^\/?src\/(.*)\.(ts|js)$/, 'dist/$1.js');
    const visit = (node) => {
      for (const [key, value] of Object.entries(node)) {
        if ((key === 'path' || key === 'module') && typeof value === 'string') node[key] = published(value);
        else if (value && typeof value === 'object') visit(value);
      }
    };
    visit(customElementsManifest.modules);
  },
};

// The documentation comments of the elements become dist/custom-elements.json, and from it what editors and
// frameworks read.
export default {
  globs: [
    'src/elements/**/pipeline-*.ts',
    'src/elements/**/form-control.ts',
    'src/ui/form-associated.ts',
    'src/elements/**/define.ts',
    'src/ui/{pipeline,template}-element.ts',
  ],
  exclude: ['**/*.test.ts', '**/*.styles.ts'],
  outdir: 'dist',
  litelement: true,
  packagejson: false,
  plugins: [
    publicApi,
    publishedPaths,
    customElementVsCodePlugin({
      outdir: 'dist',
      htmlFileName: 'vscode.html-custom-data.json',
      cssFileName: null,
      hideLogs: true,
    }),
    jsxTypesPlugin({ outdir: 'dist', fileName: 'jsx.d.ts', globalTypePath: './index.js', hideLogs: true }),
  ],
};
