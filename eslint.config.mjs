import lit from 'eslint-plugin-lit';
import wc from 'eslint-plugin-wc';
import tseslint from 'typescript-eslint';

const TESTS = ['**/*.test.ts', '**/test-*.ts', 'test/**/*.ts'];

/** Text never becomes markup or code: what a customer is named must not run in an agent's inbox. */
const NO_TEXT_AS_CODE = [
  ['MemberExpression[property.name=/^(innerHTML|outerHTML|srcdoc)$/]', 'Text goes into text nodes.'],
  [
    'CallExpression[callee.property.name=/^(insertAdjacentHTML|setHTMLUnsafe|createContextualFragment)$/]',
    'Text goes into text nodes.',
  ],
  ['CallExpression[callee.object.name="document"][callee.property.name=/^writeln?$/]', 'Text goes into text nodes.'],
];

/** What a strict Content-Security-Policy refuses. */
const NO_STYLE_ATTRIBUTES = [
  ['TaggedTemplateExpression TemplateElement[value.raw=/\\sstyle\\s*=/]', 'Use style.setProperty.'],
  ['CallExpression[callee.property.name="setAttribute"][arguments.0.value="style"]', 'Use style.setProperty.'],
];

const restrict = (pairs) => ['error', ...pairs.map(([selector, message]) => ({ selector, message }))];

export default tseslint.config(
  { ignores: ['dist/', '.cache/', 'node_modules/', 'test-results/', 'coverage/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked, lit.configs['flat/recommended'], wc.configs['flat/recommended']],
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json', './demo/tsconfig.json', './demo/server/tsconfig.json'] },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/require-await': 'off',
      // Lit hands `this`-bound handlers to templates.
      '@typescript-eslint/unbound-method': 'off',
      'no-eval': 'error',
      'no-new-func': 'error',
      '@typescript-eslint/no-implied-eval': 'error',
      'no-restricted-syntax': restrict(NO_TEXT_AS_CODE),
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: TESTS,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^lit(-html)?/directives/unsafe-', message: 'Text goes into text nodes.' },
            { regex: '^lit(-html)?/directives/style-map', message: 'Use style.setProperty.' },
          ],
        },
      ],
      'no-restricted-syntax': restrict([...NO_TEXT_AS_CODE, ...NO_STYLE_ATTRIBUTES]),
    },
  },
  {
    files: TESTS,
    rules: {
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-floating-promises': 'off',
    },
  },
);
