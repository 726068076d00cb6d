import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGS, findBrowser } from './scripts/browser.mjs';

const PORT = Number(process.env.E2E_PORT ?? 8123);

export default defineConfig({
  testDir: 'test/e2e',
  workers: 1,
  retries: 0,
  // Limits that only end what hangs: far longer than anything takes on a busy machine.
  timeout: 300_000,
  globalTimeout: 7_200_000,
  expect: { timeout: 60_000 },
  reporter: 'list',
  forbidOnly: true,
  use: {
    baseURL: `http://localhost:${PORT}`,
    viewport: { width: 1280, height: 800 },
    launchOptions: { executablePath: await findBrowser(), args: CHROMIUM_ARGS },
  },
  // Serves dist/ as it is: `npm test` has built it. Besides the demo, an API whose every tenant is open to the tests.
  webServer: {
    command: 'node test/server/serve-open.mjs',
    env: { PORT: String(PORT) },
    port: PORT,
    reuseExistingServer: false,
  },
});
