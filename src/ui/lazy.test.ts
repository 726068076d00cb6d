/** Tests of code that is loaded on first use. */
import { expect, fixture, html } from '@open-wc/testing';
import { LitElement } from 'lit';
import { LazyCode, LazyPart } from './lazy.js';

/** Code that arrives or fails to load when the test says so. */
function onItsWay(): { code: LazyCode<string>; arrive(): Promise<void>; lose(): Promise<void>; loads(): number } {
  let loads = 0;
  let settle: { resolve(code: string): void; reject(error: Error): void };
  const code = new LazyCode(
    () =>
      new Promise<string>((resolve, reject) => {
        loads++;
        settle = { resolve, reject };
      }),
  );
  const done = (): Promise<void> =>
    code.load().then(
      () => undefined,
      () => undefined,
    );
  return {
    code,
    arrive: () => (settle.resolve('code'), done()),
    lose: () => (settle.reject(new Error('gone')), done()),
    loads: () => loads,
  };
}

customElements.define(
  'with-buttons',
  class extends LitElement {
    protected override render(): unknown {
      return html`<button>one</button>`;
    }
  },
);

const host = (): Promise<LitElement> => fixture<LitElement>(html`<with-buttons></with-buttons>`);

describe('a lazily loaded part', () => {
  it('carries out the queued requests in order, and later ones synchronously', async () => {
    const { code, arrive, loads } = onItsWay();
    const part = new LazyPart(await host(), code, (it) => ({ it }));
    const done: string[] = [];
    part.use(({ it }) => done.push(`${it} 1`));
    part.useNow(({ it }) => done.push(`${it} 2`));
    expect([done, part.part]).to.deep.equal([[], undefined]);
    await arrive();
    await part.settled;
    part.useNow(({ it }) => done.push(`${it} 3`));
    expect([done, loads()]).to.deep.equal([['code 1', 'code 2', 'code 3'], 1]);
  });

  it('drops what the user canceled, but not what the element needs', async () => {
    const { code, arrive } = onItsWay();
    const part = new LazyPart(await host(), code, () => 'part');
    const done: string[] = [];
    part.useNow(() => done.push('taken back'));
    part.use(() => done.push('needed'));
    part.cancel();
    part.useNow(() => done.push('asked anew'));
    await arrive();
    await part.settled;
    expect(done).to.deep.equal(['needed', 'asked anew']);
  });

  it('drops what a user asked for who has moved focus away, but not if the element never had focus', async () => {
    const [left, right] = [await host(), await host()];
    const { code, arrive } = onItsWay();
    const done: string[] = [];
    left.shadowRoot!.querySelector('button')!.focus();
    const [first, second] = [left, right].map((each) => new LazyPart(each, code, () => each));
    first!.useNow(() => done.push('left'));
    second!.useNow(() => done.push('right'));
    right.shadowRoot!.querySelector('button')!.focus();
    await arrive();
    await second!.settled;
    expect(done).to.deep.equal(['right']);
  });

  it('reports a failure once, and retries on the next use', async () => {
    const { code, arrive, lose, loads } = onItsWay();
    const element = await host();
    const told: string[] = [];
    element.addEventListener('pipeline-error', ({ error, action }) => told.push(`${error.code} ${action}`));
    const part = new LazyPart(element, code, () => 'part');
    const done: string[] = [];
    part.use(() => done.push('lost'));
    part.use(() => done.push('lost too'));
    await lose();
    await part.settled;
    expect([told, part.failure?.code]).to.deep.equal([['unavailable load'], 'unavailable']);
    part.use(() => done.push('wanted again'));
    expect(part.failure).to.equal(undefined);
    await arrive();
    await part.settled;
    expect([done, loads(), told.length]).to.deep.equal([['wanted again'], 2, 1]);
  });

  it('is preloaded once, and a failed preload is not reported', async () => {
    let loads = 0;
    let tried = (): void => undefined;
    const trying = new Promise<void>((resolve) => (tried = resolve));
    const code = new LazyCode<string>(() => {
      loads++;
      tried();
      return Promise.reject(new Error('gone'));
    });
    code.loadSoon();
    code.loadSoon();
    await trying;
    // An unhandled rejection would fail the run.
    expect([loads, code.code]).to.deep.equal([1, undefined]);
  });
});
