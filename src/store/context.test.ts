/** Sources that are still loading, and values that are no source. */
import { expect, fixture, html } from '@open-wc/testing';
import { byRole, until } from '../../test/support.js';
import type { PipelineAdapter } from '../adapters/adapter.js';
import { MemoryAdapter } from '../adapters/memory.js';
import '../elements/pipeline-filter/define.js';
import '../elements/pipeline-provider/define.js';
import '../elements/pipeline-settings/define.js';
import '../elements/pipeline-status-picker/define.js';
import { PipelineError } from '../model/errors.js';
import { type AdapterSource, setDefaultAdapter } from './context.js';

async function tenant(name: string): Promise<{ adapter: MemoryAdapter; calls: string[] }> {
  const adapter = new MemoryAdapter();
  await adapter.createStatus({ id: 'leads', name, color: '#2775f8' });
  await adapter.setStatus([{ conversationId: 'c' }], 'leads');
  const calls: string[] = [];
  for (const method of ['listStatuses', 'getEntries'] as const) {
    const call = adapter[method].bind(adapter) as (...args: unknown[]) => Promise<unknown>;
    Object.assign(adapter, { [method]: (...args: unknown[]) => (calls.push(method), call(...args)) });
  }
  return { adapter, calls };
}

interface Promised {
  promise: Promise<PipelineAdapter>;
  resolve(adapter: unknown): void;
  reject(error: unknown): void;
}

function promised(): Promised {
  let settle: Omit<Promised, 'promise'>;
  const promise = new Promise<PipelineAdapter>((resolve, reject) => (settle = { resolve: resolve, reject }));
  return { promise, ...settle! };
}

const ELEMENTS = 'pipeline-status-picker, pipeline-filter, pipeline-settings';

/** The elements with a provider around them, and how to set the source in one of the two places. */
async function page(where: 'provider' | 'default'): Promise<{
  box: HTMLElement;
  all: HTMLElement[];
  set(source: AdapterSource | null): void;
}> {
  const box = await fixture<HTMLElement>(html`
    <pipeline-provider .adapter=${where === 'provider' ? promised().promise : undefined}>
      <pipeline-status-picker conversation-id="c"></pipeline-status-picker>
      <pipeline-filter></pipeline-filter>
      <pipeline-settings></pipeline-settings>
    </pipeline-provider>
  `);
  if (where === 'default') setDefaultAdapter(promised().promise);
  const set = (source: AdapterSource | null): void => {
    if (where === 'default') setDefaultAdapter(source);
    else Object.assign(box, { adapter: source });
  };
  return { box, all: [...box.querySelectorAll<HTMLElement>(ELEMENTS)], set };
}

const isLoading = (element: Element): boolean => element.matches(':state(loading)');
const shows = (box: Element, name: string): Promise<boolean> =>
  until(
    () =>
      byRole(box.querySelector('pipeline-status-picker')!, 'combobox').textContent.trim() === name &&
      box.querySelector('pipeline-settings')!.shadowRoot!.textContent.includes(name),
    `the elements to show ${name}`,
  );
const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));

describe('a source that is still loading', () => {
  afterEach(() => setDefaultAdapter(null));

  for (const where of ['provider', 'default'] as const) {
    describe(`as the ${where}`, () => {
      it('is waited for, without requests to any other source', async () => {
        const { adapter, calls } = await tenant('Awaited');
        const { promise, resolve } = promised();
        const { box, all, set } = await page(where);
        set(promise);
        await until(() => all.every(isLoading));
        const finding = box.querySelector('pipeline-filter')!.find();
        await frame();
        expect([all.every(isLoading), calls]).to.deep.equal([true, []]);
        resolve(adapter);
        await shows(box, 'Awaited');
        expect((await finding).ids).to.deep.equal(['c']);
      });

      for (const order of ['in order', 'in reverse order'] as const) {
        it(`is superseded by a later one, when they settle ${order}`, async () => {
          const [first, second] = [await tenant('First'), await tenant('Second')];
          const [a, b] = [promised(), promised()];
          const { box, set } = await page(where);
          set(a.promise);
          await frame();
          set(b.promise);
          const settle = [() => a.resolve(first.adapter), () => b.resolve(second.adapter)];
          if (order === 'in reverse order') settle.reverse();
          for (const each of settle) {
            each();
            await frame();
          }
          await shows(box, 'Second');
          expect(first.calls).to.deep.equal([]);
        });
      }

      it('is superseded by an adapter, after which its rejection is no error', async () => {
        const { adapter } = await tenant('Here');
        const { promise, reject } = promised();
        const { box, all, set } = await page(where);
        const errors: string[] = [];
        box.addEventListener('pipeline-error', ({ error }) => errors.push(error.code));
        set(promise);
        await frame();
        set(adapter);
        reject(new PipelineError('auth', 'too late'));
        await shows(box, 'Here');
        expect([errors, all.some((each) => each.matches(':state(error)'))]).to.deep.equal([[], false]);
      });

      const FAILURES: [name: string, settle: (it: Promised) => void, code: string][] = [
        ['is rejected', (it) => it.reject(new PipelineError('auth', 'nobody is signed in')), 'auth'],
        ['is rejected with any other error', (it) => it.reject(new Error('no network')), 'unknown'],
        ['is no adapter', (it) => it.resolve({ listStatuses: () => [] }), 'invalid'],
        ['is nothing', (it) => it.resolve(undefined), 'invalid'],
      ];
      for (const [name, settle, code] of FAILURES) {
        it(`is an error that is shown, and reported once, when it ${name}`, async () => {
          const { box, all, set } = await page(where);
          const errors: string[] = [];
          box.addEventListener('pipeline-error', ({ error, action }) => errors.push(`${action} ${error.code}`));
          const source = promised();
          set(source.promise);
          settle(source);
          await until(() => all.every((each) => each.matches(':state(error)')), 'the error to show');
          expect(errors).to.deep.equal([`load ${code}`]);
          expect(box.querySelector('pipeline-settings')!.shadowRoot!.textContent).to.include(
            'The statuses could not be loaded.',
          );
          const { adapter } = await tenant('After all');
          set(adapter);
          await shows(box, 'After all');
        });
      }
    });
  }

  it('causes no unhandled rejection when it is rejected before any element needs it', async () => {
    const { promise, reject } = promised();
    const unhandled: unknown[] = [];
    const listen = (event: PromiseRejectionEvent): void => void unhandled.push(event.reason);
    window.addEventListener('unhandledrejection', listen);
    setDefaultAdapter(promise);
    setDefaultAdapter(null);
    reject(new Error('nobody waits'));
    // The browser fires the event in a separate task.
    await frame();
    await frame();
    window.removeEventListener('unhandledrejection', listen);
    expect(unhandled).to.deep.equal([]);
  });

  it('must be an adapter or a promise: anything else must not lead to the shared default database', () => {
    for (const value of [undefined, {}, 'acme', 7, false, [], { listStatuses: () => undefined }]) {
      let error: unknown;
      try {
        setDefaultAdapter(value as unknown as PipelineAdapter);
      } catch (thrown) {
        error = thrown;
      }
      expect(error, JSON.stringify(value)).to.be.instanceOf(PipelineError);
      expect(error).to.include({ code: 'invalid', field: 'adapter' });
    }
  });

  it('shows an error where the `adapter` of an element is no adapter', async () => {
    const element = await fixture<HTMLElement>(html`<pipeline-settings .adapter=${{}}></pipeline-settings>`);
    await until(() => element.matches(':state(error)'));
  });
});
