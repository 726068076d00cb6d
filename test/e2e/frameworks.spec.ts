/** Builds the README's example for each framework with it, and uses it. */
import { readFileSync } from 'node:fs';
import { constructorParametersDownlevelTransform as jitTransform } from '@angular/compiler-cli/private/tooling';
import { expect, test } from '@playwright/test';
import { build, type Plugin } from 'esbuild';
import { compile as compileSvelte } from 'svelte/compiler';
import ts from 'typescript';
import { compileScript, parse as parseVue } from 'vue/compiler-sfc';

const FOLDER = 'test/frameworks';

const vue: Plugin = {
  name: 'vue',
  setup({ onLoad }) {
    onLoad({ filter: /\.vue$/ }, ({ path }) => {
      const { descriptor, errors } = parseVue(readFileSync(path, 'utf8'), { filename: path });
      if (errors.length) throw errors[0]!;
      const { content } = compileScript(descriptor, {
        id: 'example',
        inlineTemplate: true,
        templateOptions: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('pipeline-') } },
      });
      return { contents: content, loader: 'ts' };
    });
  },
};

const svelte: Plugin = {
  name: 'svelte',
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, ({ path }) => {
      const { js, warnings } = compileSvelte(readFileSync(path, 'utf8'), { filename: path, generate: 'client' });
      expect(warnings).toEqual([]);
      return { contents: js.code, loader: 'js' };
    });
  },
};

/** What Angular's tools do in a build without ahead-of-time compilation. */
const angular: Plugin = {
  name: 'angular',
  setup({ onLoad }) {
    onLoad({ filter: /angular\.mts$/ }, ({ path }) => {
      const options = {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        experimentalDecorators: true,
        types: [],
      };
      const program = ts.createProgram([path], options);
      let contents = '';
      const before = [jitTransform(program)];
      program.emit(program.getSourceFile(path), (_, text) => (contents = text), undefined, false, { before });
      return { contents, loader: 'js' };
    });
  },
};

/** How an app mounts the example, as `mount(target, props)`. */
const react = (file: string): string => `
  import { createElement } from 'react';
  import { createRoot } from 'react-dom/client';
  import { Conversation } from './${file}';
  const mount = (target, props) => createRoot(target).render(createElement(Conversation, props));`;

const FRAMEWORKS: Record<string, { mount: string; alias?: Record<string, string>; conditions?: string[] }> = {
  'React 19': { mount: react('react-19.tsx') },
  'React 18': { mount: react('react-18.tsx'), alias: { react: 'react-18', 'react-dom': 'react-dom-18' } },
  Vue: {
    mount: `
      import { createApp } from 'vue';
      import Conversation from './Conversation.vue';
      const mount = (target, props) => createApp(Conversation, props).mount(target);`,
  },
  Angular: {
    mount: `
      import '@angular/compiler';
      import { createComponent, inputBinding } from '@angular/core';
      import { createApplication } from '@angular/platform-browser';
      import { Conversation } from './angular.mts';
      const mount = async (target, { id, adapter }) => {
        const app = await createApplication();
        const bindings = Object.entries({ id, adapter }).map(([name, value]) => inputBinding(name, () => value));
        const { injector: environmentInjector } = app;
        const component = createComponent(Conversation, { environmentInjector, hostElement: target, bindings });
        app.attachView(component.hostView);
      };`,
  },
  'Svelte 5': {
    conditions: ['browser'],
    mount: `
      import { mount as mountSvelte } from 'svelte';
      import Conversation from './Conversation.svelte';
      const mount = (target, props) => mountSvelte(Conversation, { target, props });`,
  },
};

/** The statuses Leads and Purchase; the conversation has Leads. */
const APP = `
  import { MemoryAdapter } from 'pipeline-elements';
  const adapter = new MemoryAdapter();
  const color = '#2775f8';
  await adapter.createStatus({ id: 'leads', name: 'Leads', color });
  await adapter.createStatus({ id: 'purchase', name: 'Purchase', color });
  await adapter.setStatus([{ conversationId: 'c-1' }], 'leads');
  mount(document.querySelector('main'), { id: 'c-1', adapter });`;

for (const [name, { mount, ...options }] of Object.entries(FRAMEWORKS)) {
  test(`${name}: the element receives the adapter, and the app receives the event`, async ({ page }) => {
    const { outputFiles } = await build({
      stdin: { contents: mount + APP, resolveDir: FOLDER },
      // Like an app: this repository's `paths` would resolve part of the package to src/.
      tsconfigRaw: { compilerOptions: { jsx: 'react-jsx' } },
      bundle: true,
      format: 'esm',
      target: 'es2022',
      write: false,
      define: { 'process.env.NODE_ENV': '"production"' },
      plugins: [angular, vue, svelte],
      ...options,
    });
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.route('**/app.js', (route) =>
      route.fulfill({ body: outputFiles[0]!.text, contentType: 'text/javascript' }),
    );
    await page.route('**/app.html', (route) =>
      route.fulfill({
        body: '<!doctype html><html lang="en"><link rel="icon" href="data:,"><main></main><script type="module" src="/app.js"></script>',
        contentType: 'text/html',
      }),
    );
    await page.goto('/app.html');
    const picker = page.getByRole('combobox', { name: 'Pipeline status' });
    await expect(picker).toHaveText('Leads');
    await picker.click();
    await page.getByRole('option', { name: 'Purchase' }).click();
    await expect(page.getByRole('main').getByRole('status')).toHaveText('Now purchase');
    await expect(picker).toHaveText('Purchase');
    expect(problems).toEqual([]);
  });
}
