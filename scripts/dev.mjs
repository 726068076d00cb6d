// npm run dev: serves the demo, checks types and builds the modules on every change (tsc), and with them the one file
// that the demo uses (esbuild: quick, not minified, with source maps and Lit's warnings).
import { spawn } from 'node:child_process';
import { context } from 'esbuild';

const bundle = await context({
  entryPoints: ['src/cdn.ts'],
  outfile: 'dist/cdn/pipeline-elements.js',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  conditions: ['development'],
  // package.json's `sideEffects` names files of dist/ only, so would drop the registrations here.
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
// One that cannot start (a port in use) takes the others with it.
for (const child of children) child.once('exit', stop);
