import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaultReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import { a11ySnapshotPlugin } from '@web/test-runner-commands/plugins';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import puppeteer from 'puppeteer-core';
import { CHROMIUM_ARGS, findBrowser, onPath } from './scripts/browser.mjs';
import { protocolCommands } from './scripts/wtr/commands.mjs';
import { countReporter } from './scripts/wtr/count-reporter.mjs';
import { webkitLauncher } from './scripts/wtr/webkit-launcher.mjs';

// A context for each page: test files that run side by side share no storage, channel or focus.
const createPage = async ({ browser }) => (await browser.createBrowserContext()).newPage();

function firefoxPath() {
  const path = process.env.FIREFOX ?? onPath(['firefox-esr', 'firefox']);
  if (!path) throw new Error('Firefox was not found: apt-get install firefox-esr, or set FIREFOX to its path.');
  return path;
}

/** The engines that BROWSERS names; Chromium by default. */
const launchers = {
  chromium: async () =>
    chromeLauncher({
      concurrency: 2,
      createPage,
      launchOptions: { executablePath: await findBrowser(), args: CHROMIUM_ARGS },
    }),
  // One at a time: Firefox slows the timers of pages behind others.
  firefox: () =>
    chromeLauncher({
      puppeteer,
      concurrency: 1,
      createPage,
      launchOptions: { browser: 'firefox', executablePath: firefoxPath() },
    }),
  webkit: () => webkitLauncher(),
};
const { exports: entries } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** The package by its own name is its sources: what is tested as a user wrote it needs no build. */
const ownSources = {
  name: 'own-sources',
  resolveImport({ source }) {
    const built = entries[source.replace(/^pipeline-elements/, '.')]?.default;
    if (/^pipeline-elements(\/|$)/.test(source)) return built?.replace('./dist/', '/src/').replace(/\.js$/, '.ts');
  },
};

const wanted = (process.env.BROWSERS ?? 'chromium').split(',');

export default {
  files: ['src/**/*.test.ts', 'test/browser/**/*.test.ts'],
  nodeResolve: true,
  concurrentBrowsers: 1,
  plugins: [
    ownSources,
    esbuildPlugin({
      ts: true,
      target: 'es2022',
      tsconfig: fileURLToPath(new URL('./tsconfig.json', import.meta.url)),
    }),
    a11ySnapshotPlugin(),
    protocolCommands(),
  ],
  filterBrowserLogs: ({ args }) => !/^(Lit is in dev mode|pipeline-elements:)/.test(String(args[0])),
  reporters: [defaultReporter(), countReporter({ file: process.env.WTR_COUNT })],
  testFramework: { config: { timeout: 60_000 } },
  testsFinishTimeout: 600_000,
  coverageConfig: { include: ['src/**/*.ts'], exclude: ['**/*.test.ts', '**/test-*.ts'] },
  browsers: await Promise.all(wanted.map((name) => launchers[name]())),
};
