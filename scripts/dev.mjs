// npm run dev: serves the demo; on every change it checks types and builds the modules (tsc) and the single file that
// the demo uses (esbuild: fast, not minified, with source maps and Lit's warnings).
import { spawn } from 'node:child_process';
import { context } from 'esbuild';

const bundle = await context({
  entryPoints: ['src/cdn.ts'],
  outfile: 'dist/cdn/pipeline-elements.js',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  conditions: ['development'],
  // package.json's `sideEffects` only lists files of dist/, so the registrations in src/ would be dropped.
  ignoreAnnotations: true,
  sourcemap: 'inline',
  logLevel: 'info',
});
await bundle.watch();

const children = [
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'],
  ['demo/serve.mjs'],
].map((args) => spawn(process.execPath, args, { stdio: 'inherit' }));

function stop() {
  for (const child of children) child.kill();
  void bundle.dispose();
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, stop);
// If one cannot start (e.g. the port is in use), it stops the others.
for (const child of children) child.once('exit', stop);
