/** Changes the source of a page in every situation, and checks that nothing of the old source is left. */
import { expect } from '@open-wc/testing';
import { resetMouse } from '@web/test-runner-commands';
import type { PipelineErrorEvent } from '../../../src/events.js';
import { MemoryAdapter } from '../../../src/adapters/memory.js';
import { byRole, deepActiveElement, until } from '../../support.js';
import { tenant } from './controlled.js';
import { Leaks, Timers, remains } from './leaks.js';
import { SITUATIONS, type After, type Page } from './situations.js';
import { SESSION, SOURCE_CHANGES } from './source-changes.js';

/** The elements of a page, with room for their popups. */
function makeElements(): Omit<Page, 'old'> & { box: HTMLElement } {
  const box = document.createElement('div');
  const picker = document.createElement('pipeline-status-picker');
  picker.conversationId = 'c1';
  picker.placement = 'details';
  const filter = document.createElement('pipeline-filter');
  filter.htmlFor = 'rows';
  const list = document.createElement('ul');
  list.id = 'rows';
  for (const id of ['c1', 'c2']) {
    const row = document.createElement('li');
    row.dataset['conversationId'] = id;
    row.textContent = id;
    list.append(row);
  }
  const settings = document.createElement('pipeline-settings');
  settings.style.cssText = 'display: block; inline-size: 350px';
  picker.style.cssText = 'position: absolute; inset: 300px auto auto 400px';
  filter.style.cssText = 'position: absolute; inset: 10px auto auto 400px';
  box.append(settings, picker, filter, list);
  return { box, picker, filter, list, settings };
}

const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));

/** Waits until released calls have passed through all promises and the result is painted. */
async function settled(): Promise<void> {
  for (let i = 0; i < 2; i++) await frame();
}

const isLoss = (event: Event): boolean =>
  event.type === 'pipeline-error' && (event as PipelineErrorEvent).error.code === 'session-changed';

async function runSituation(change: string, situation: string): Promise<void> {
  const { isEmpty = false, before, begin } = SITUATIONS[situation]!;
  const main = document.createElement('main');
  const { box, ...elements } = makeElements();
  const { picker, filter, settings } = elements;
  const old = isEmpty ? new MemoryAdapter() : await tenant('OLD', { c1: 'leads', c2: 'purchase' });
  const next = await tenant('NEW', { c1: 'purchase', c2: 'leads' });
  const timers = new Timers();
  const leaks = new Leaks((event) => change === SESSION && isLoss(event));
  let release: (() => void) | undefined;
  const sourcePage = await SOURCE_CHANGES[change]!(box, main, { old, next });
  try {
    // Before anything asks the old source, if the situation is about that.
    release = before?.(sourcePage.old);
    document.body.append(main);
    const isLoaded = (each: Element & { hasUpdated: boolean }): boolean =>
      each.hasUpdated && !each.matches(':state(loading)');
    if (before) await settled();
    else await until(() => [picker, filter, settings].every(isLoaded), 'the old source');
    const after: After = (await begin?.({ ...elements, old: sourcePage.old })) ?? {};
    sourcePage.change();
    if (sourcePage.isLater) await Promise.resolve();
    leaks.start();
    after.now?.();
    await settled();
    expect(remains(), 'in the page').to.deep.equal([]);
    expect(queryOpen(box), 'open').to.deep.equal([]);
    sourcePage.arrive?.();
    // A pending list has no subscription yet; its response reveals that someone else has signed in.
    if (change === SESSION && situation.startsWith('listStatuses')) release?.();
    await after.continueUsing?.();
    await until(
      () => /^(NEW |Mixed)/.test(byRole(picker, 'combobox', 'Pipeline status').textContent.trim()),
      'the picker',
    );
    await until(() => settings.shadowRoot!.textContent.includes('NEW Leads'), 'the settings');
    const focused = deepActiveElement();
    for (const answer of [release, after.answer]) answer?.();
    await settled();
    timers.letOff();
    await settled();
    expect(deepActiveElement(), 'focus').to.equal(focused);
    await after.check?.();
    expect(remains(), 'in the page').to.deep.equal([]);
    expect(leaks.found).to.deep.equal([]);
    expect(sourcePage.written(), 'written to the new source').to.deep.equal([]);
    expect((await next.listStatuses()).items.map(({ id }) => id)).to.deep.equal(['leads', 'purchase', 'new-only']);
  } finally {
    release?.();
    leaks.stop();
    timers.restore();
    main.remove();
    await sourcePage.end?.();
    await resetMouse();
  }
}

/** What is open in the elements. */
function queryOpen(box: HTMLElement): string[] {
  const all = [...box.querySelectorAll('pipeline-status-picker, pipeline-filter, pipeline-settings')];
  return all
    .filter((each) => each.matches(':state(open), :state(dragging), :state(saving)'))
    .map((each) => each.localName);
}

/** Tests one way of changing the source in every situation. */
export function testSourceChange(change: keyof typeof SOURCE_CHANGES): void {
  describe(`after ${change}, when`, () => {
    for (const situation of Object.keys(SITUATIONS)) {
      it(situation, () => runSituation(change, situation));
    }
  });
}
