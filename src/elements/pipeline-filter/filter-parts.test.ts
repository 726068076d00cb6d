/** What a designer holds on to: the parts and states that the contract names. */
import { expect, fixture, html } from '@open-wc/testing';
import { getRole } from 'dom-accessibility-api';
import { byRole, queryByRole, until } from '../../../test/support.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineFilter } from './pipeline-filter.js';
import { addMany, anyOf, deleteStatus, hold, inbox, noneOf, open, setUp } from './test-inbox.js';

/** A property that nothing here sets and nothing inherits. */
const MARK = '7px';
const isMarked = (element: Element): boolean => getComputedStyle(element).scrollMarginTop === MARK;

/** Styles of the page, as a designer writes them. */
async function styled<T>(rule: string, look: () => T | Promise<T>): Promise<T> {
  const sheet = document.createElement('style');
  sheet.textContent = `${rule} { scroll-margin-top: ${MARK} }`;
  document.head.append(sheet);
  try {
    return await look();
  } finally {
    sheet.remove();
  }
}

async function filled(n = 0): Promise<PipelineFilter> {
  const adapter = await inbox();
  await addMany(adapter, n);
  const { filter } = await setUp(adapter);
  filter.filter = anyOf('leads', null);
  return filter;
}

const offline = (): Promise<never> => Promise.reject(new PipelineError('offline', 'gone'));

async function loading(): Promise<PipelineFilter> {
  const adapter = await inbox();
  hold(adapter, 'listStatuses');
  const filter = await fixture<PipelineFilter>(html`<pipeline-filter .adapter=${adapter}></pipeline-filter>`);
  filter.filter = anyOf('leads');
  filter.show();
  await filter.updateComplete;
  return filter;
}

async function failed(): Promise<PipelineFilter> {
  const adapter = Object.assign(new MemoryAdapter(), { listStatuses: offline });
  const filter = await fixture<PipelineFilter>(html`<pipeline-filter .adapter=${adapter}></pipeline-filter>`);
  filter.show();
  await until(() => queryByRole(filter, 'button', 'Try again'));
  return filter;
}

/** Everything there is to see, one after the other. */
const SCENES: Record<string, () => Promise<PipelineFilter>> = {
  async open() {
    const filter = await filled(12);
    await open(filter);
    await until(() => queryByRole(filter, 'checkbox', 'Leads, 2 conversations'));
    return filter;
  },
  loading,
  failed,
  async empty() {
    const { filter } = await setUp(new MemoryAdapter());
    await open(filter);
    return filter;
  },
  async departed() {
    const filter = await filled();
    await deleteStatus(filter.adapter as MemoryAdapter, 'leads');
    await until(() => filter.shadowRoot!.querySelector('p'));
    return filter;
  },
  async 'list not filtered'() {
    const { filter } = await setUp(Object.assign(await inbox(), { getEntries: offline }));
    filter.filter = noneOf('leads');
    await until(() => queryByRole(filter, 'button', 'Try again'));
    return filter;
  },
};

/** Each part: where it is to be seen, and what it is there. */
const PARTS: [part: string, scene: keyof typeof SCENES, is: (element: Element) => boolean][] = [
  ['trigger', 'open', (element) => getRole(element) === 'button' && element.ariaExpanded === 'true'],
  ['caret', 'open', (element) => element.closest('[part=trigger]') !== null],
  ['popup', 'open', (element) => element.matches(':popover-open')],
  ['search', 'open', (element) => getRole(element) === 'searchbox'],
  ['group', 'open', (element) => element.querySelectorAll('[type=checkbox]').length === 16],
  ['option', 'open', (element) => element.querySelectorAll('[type=checkbox]').length === 1],
  ['check', 'open', (element) => getRole(element) === 'checkbox'],
  ['chip', 'open', (element) => element.querySelectorAll('[part=swatch], [part=label]').length === 2],
  ['status-leads', 'open', (element) => element.part.contains('chip') && element.textContent.trim() === 'Leads'],
  ['swatch', 'open', (element) => element.textContent === ''],
  ['label', 'open', (element) => element.localName === 'bdi'],
  ['count', 'open', (element) => /^\d+$/.test(element.textContent)],
  ['clear', 'open', (element) => element.localName === 'button' && /^(Clear|Remove)/.test(nameOf(element))],
  ['skeleton', 'loading', (element) => element.textContent === ''],
  ['error', 'failed', (element) => element.textContent.includes('could not be loaded')],
  ['error', 'list not filtered', (element) => element.textContent.includes('could not be filtered')],
  ['empty', 'empty', (element) => element.textContent.includes('No statuses yet')],
  ['message', 'departed', (element) => element.textContent.includes('removed from the filter')],
];
const nameOf = (element: Element): string => element.ariaLabel ?? element.textContent.trim();

describe('<pipeline-filter>: what a page can style', () => {
  for (const [part, scene, is] of PARTS) {
    it(`::part(${part}), when it is ${scene}`, async () => {
      const filter = await SCENES[scene]!();
      const elements = [...filter.shadowRoot!.querySelectorAll(`[part~=${part}]`)];
      expect(elements.length).to.be.above(0);
      expect(elements.filter((element) => !is(element)).map((element) => element.outerHTML)).to.deep.equal([]);
      expect(elements.some(isMarked)).to.equal(false);
      await styled(`pipeline-filter::part(${part})`, () => expect(elements.every(isMarked)).to.equal(true));
    });
  }

  it('no part that the contract does not name', async () => {
    const names = new Set<string>();
    for (const scene of Object.values(SCENES)) {
      const filter = await scene();
      for (const element of filter.shadowRoot!.querySelectorAll('[part]'))
        for (const part of element.part) names.add(part);
      filter.hide();
    }
    const known = new Set(PARTS.map(([part]) => part));
    expect([...names].filter((name) => !known.has(name) && !name.startsWith('status-'))).to.deep.equal([]);
  });

  const STATES: [state: string, enter: () => Promise<PipelineFilter>, leave: (filter: PipelineFilter) => unknown][] = [
    ['open', SCENES['open']!, (filter) => filter.hide()],
    ['filtered', () => filled(), (filter) => (filter.filter = noneOf())],
    ['loading', loading, async (filter) => (filter.adapter = await inbox())],
    ['error', failed, async (filter) => (filter.adapter = await inbox())],
    ['empty', SCENES['empty']!, (filter) => filter.adapter!.createStatus({ id: 'a', name: 'A', color: '#000000' })],
  ];
  for (const [state, enter, leave] of STATES) {
    it(`:state(${state}), while that is so`, async () => {
      const filter = await enter();
      await styled(`pipeline-filter:state(${state})`, async () => {
        await until(() => isMarked(filter));
        await leave(filter);
        await until(() => !isMarked(filter));
      });
    });
  }

  it('the colour of one status, by the slug of its name', async () => {
    const filter = await filled();
    await filter.updateComplete;
    const swatch = byRole(filter, 'button', 'Remove Leads from the filter').querySelector('[part=swatch]')!;
    expect(getComputedStyle(swatch).backgroundColor).to.equal('rgb(39, 117, 248)');
    filter.style.setProperty('--pipeline-status-leads', '#00ff00');
    expect(getComputedStyle(swatch).backgroundColor).to.equal('rgb(0, 255, 0)');
  });
});
