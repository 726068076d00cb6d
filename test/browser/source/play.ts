/** Changes the source of a page in one way, in every situation, and looks for what the old one still does. */
import { expect } from '@open-wc/testing';
import { resetMouse } from '@web/test-runner-commands';
import type { PipelineErrorEvent } from '../../../src/events.js';
import { MemoryAdapter } from '../../../src/adapters/memory.js';
import { byRole, deepActiveElement, until } from '../../support.js';
import { tenant } from './controlled.js';
import { Leaks, Timers, remains } from './leaks.js';
import { SITUATIONS, type After, type Page } from './situations.js';
import { SESSION, WAYS } from './ways.js';

/** The elements of a page, with room for what they open. */
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

/** Until what was released has gone through every promise that waited for it, and is painted. */
async function settled(): Promise<void> {
  for (let i = 0; i < 2; i++) await frame();
}

const isLoss = (event: Event): boolean =>
  event.type === 'pipeline-error' && (event as PipelineErrorEvent).error.code === 'session-changed';

async function play(way: string, situation: string): Promise<void> {
  const { isEmpty = false, before, begin } = SITUATIONS[situation]!;
  const main = document.createElement('main');
  const { box, ...elements } = makeElements();
  const { picker, filter, settings } = elements;
  const old = isEmpty ? new MemoryAdapter() : await tenant('OLD', { c1: 'leads', c2: 'purchase' });
  const next = await tenant('NEW', { c1: 'purchase', c2: 'leads' });
  const timers = new Timers();
  const leaks = new Leaks((event) => way === SESSION && isLoss(event));
  let release: (() => void) | undefined;
  const setting = await WAYS[way]!(box, main, { old, next });
  try {
    // Before anything asks the old source, where that is what it is about.
    release = before?.(setting.old);
    document.body.append(main);
    const isLoaded = (each: Element & { hasUpdated: boolean }): boolean =>
      each.hasUpdated && !each.matches(':state(loading)');
    if (before) await settled();
    else await until(() => [picker, filter, settings].every(isLoaded), 'the old source');
    const after: After = (await begin?.({ ...elements, old: setting.old })) ?? {};
    setting.change();
    if (setting.isLater) await Promise.resolve();
    leaks.start();
    after.now?.();
    await settled();
    expect(remains(), 'in the page').to.deep.equal([]);
    expect(queryOpen(box), 'open').to.deep.equal([]);
    setting.arrive?.();
    // A list that is on its way follows no changes yet: its answer tells that someone else has signed in.
    if (way === SESSION && situation.startsWith('listStatuses')) release?.();
    await after.goOn?.();
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
    expect(setting.written(), 'written to the new source').to.deep.equal([]);
    expect((await next.listStatuses()).items.map(({ id }) => id)).to.deep.equal(['leads', 'purchase', 'new-only']);
  } finally {
    release?.();
    leaks.stop();
    timers.restore();
    main.remove();
    await setting.end?.();
    await resetMouse();
  }
}

/** What of the elements is open. */
function queryOpen(box: HTMLElement): string[] {
  const all = [...box.querySelectorAll('pipeline-status-picker, pipeline-filter, pipeline-settings')];
  return all
    .filter((each) => each.matches(':state(open), :state(dragging), :state(saving)'))
    .map((each) => each.localName);
}

/** Tests one way in every situation. */
export function testWay(way: keyof typeof WAYS): void {
  describe(`after ${way}, when`, () => {
    for (const situation of Object.keys(SITUATIONS)) {
      it(situation, () => play(way, situation));
    }
  });
}
