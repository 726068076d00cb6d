import { readFileSync } from 'node:fs';
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { notices } from './scripts/notices.mjs';

const { name, version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

// One file with everything, for a page that has a script tag and nothing else. The input is what is published.
export default {
  input: 'dist/cdn.js',
  output: {
    file: 'dist/cdn/pipeline-elements.js',
    format: 'es',
    inlineDynamicImports: true,
    banner: `/*! ${name} ${version} | MIT license; licenses of what is bundled at the end */`,
  },
  // Lit's production build: without the `development` condition.
  plugins: [resolve({ exportConditions: ['default'] }), terser({ format: { comments: /^!/ } }), notices()],
};
