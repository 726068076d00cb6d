/** Serves a page with an app split by a bundler, on a network that loses or delays lazy chunks. */
import type { Page } from '@playwright/test';
import { build } from 'esbuild';

const SCRIPT = `
  import { MemoryAdapter, setDefaultAdapter } from 'pipeline-elements';
  import 'pipeline-elements/define';
  const adapter = new MemoryAdapter();
  for (const name of ['Leads', 'Purchase']) await adapter.createStatus({ id: name, name, color: '#2775f8' });
  await adapter.setStatus([{ conversationId: 'c1' }], 'Leads');
  setDefaultAdapter(adapter);
`;

export interface LazyPage {
  body: string;
  /** The start of the name of the file that is lost or delayed. */
  part: string;
  /** Called for each request of the file; returns whether it arrives. */
  answer(): Promise<boolean>;
}

export async function serve(page: Page, { body, part, answer }: LazyPage): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: SCRIPT, resolveDir: process.cwd() },
    tsconfigRaw: {},
    bundle: true,
    splitting: true,
    format: 'esm',
    outdir: '/app',
    write: false,
    chunkNames: '[name]-[hash]',
  });
  const files = new Map(outputFiles.map((file) => [file.path, file.text]));
  await page.route('**/app/*', async (route) => {
    const path = new URL(route.request().url()).pathname;
    if (path.startsWith(`/app/${part}`) && !(await answer())) return route.abort();
    return route.fulfill({ body: files.get(path)!, contentType: 'text/javascript' });
  });
  await page.route('**/app.html', (route) =>
    route.fulfill({
      body: `<!doctype html><html lang="en"><link rel="icon" href="data:,"><script type="module" src="/app/stdin.js"></script>
        ${body}`,
      contentType: 'text/html',
    }),
  );
  await page.goto('/app.html');
}

/** A file that stays pending until the test releases it. */
export function onItsWay(): { arrived: Promise<boolean>; arrive(): void } {
  let arrive = (): void => undefined;
  const arrived = new Promise<boolean>((resolve) => (arrive = () => resolve(true)));
  return { arrived, arrive: () => arrive() };
}

/** Releases the file; resolves when everyone who waited was notified. */
export async function letArrive(page: Page, part: string, arrive: () => void): Promise<void> {
  const response = page.waitForResponse((each) => new URL(each.url()).pathname.startsWith(`/app/${part}`));
  arrive();
  const url = (await response).url();
  await page.evaluate(async (path) => void (await import(path)), url);
}

/** The codes of errors that are reported to the page from now on. */
export async function errorsOf(page: Page): Promise<string[]> {
  const codes: string[] = [];
  await page.exposeFunction('told', (code: string) => codes.push(code));
  await page.evaluate(() => {
    document.addEventListener('pipeline-error', (event) => {
      const { code } = (event as unknown as { error: { code: string } }).error;
      (window as unknown as { told(code: string): void }).told(code);
    });
  });
  return codes;
}
