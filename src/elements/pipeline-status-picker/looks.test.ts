/** Tests of the picker's parts, states, layout and accessibility. */
import { expect, fixture, html } from '@open-wc/testing';
import { a11ySnapshot, sendKeys, setViewport } from '@web/test-runner-commands';
import { emulateMediaFeatures, isChromium } from '../../../test/commands.js';
import { deepActiveElement, queryByRole, until } from '../../../test/support.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';
import { PHONE, hold, option, pick, picker, pipeline, ready, shown, trigger } from './test-picker.js';

const part = (element: Element, name: string): HTMLElement | null =>
  element.shadowRoot!.querySelector<HTMLElement>(`[part~=${name}]`);
const states = (element: Element): string[] =>
  ['open', 'loading', 'saving', 'error', 'empty'].filter((state) => element.matches(`:state(${state})`));

/** Colors every part from outside, like a theme. */
const THEME = [
  ...['trigger', 'chip', 'swatch', 'label', 'caret', 'popup', 'search', 'clear', 'listbox', 'option', 'check'],
  ...['undo', 'error', 'empty', 'skeleton', 'status-leads'],
]
  .map((name) => `pipeline-status-picker::part(${name}) { outline: 3px solid rgb(1, 2, 3) }`)
  .join('\n');

const isThemed = (element: Element, name: string): boolean => {
  const found = part(element, name);
  return found !== null && getComputedStyle(found).outlineColor === 'rgb(1, 2, 3)';
};

describe('<pipeline-status-picker> appearance', () => {
  it('exposes every documented part to style sheets', async () => {
    const page = await fixture<HTMLElement>(html`<div></div>`);
    const style = document.createElement('style');
    style.textContent = THEME;
    page.append(style);
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'leads');
    const list = adapter.listStatuses.bind(adapter);
    let go = (): void => undefined;
    adapter.listStatuses = () => new Promise((resolve) => (go = () => resolve(list())));
    const element = document.createElement('pipeline-status-picker');
    Object.assign(element, { adapter, conversationId: PHONE });
    page.append(element);
    await until(() => part(element, 'skeleton'));
    const themed = (...names: string[]): void => {
      for (const name of names) expect(isThemed(element, name), name).to.equal(true);
    };
    themed('trigger', 'skeleton');
    go();
    await ready(element);
    themed('chip', 'status-leads', 'swatch', 'label', 'caret');
    element.show();
    await option(element, 'Purchase');
    themed('popup', 'listbox', 'option', 'check');
    await pick(element, 'Purchase');
    await until(() => part(element, 'undo'));
    themed('undo');
    element.searchThreshold = 1;
    element.show();
    await until(() => part(element, 'search'));
    await until(() => deepActiveElement() === part(element, 'search'));
    await sendKeys({ type: 'zzz' });
    await until(() => part(element, 'clear'));
    themed('search', 'empty', 'clear');
    element.hide();
    const writes = hold(adapter);
    await pick(element, 'Leads');
    writes[0]!.refuse(new PipelineError('offline', 'no'));
    await until(() => part(element, 'error'));
    themed('error');
  });

  it('uses the color that the page sets for a status by its name', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'leads');
    const element = await picker(adapter);
    const dot = part(element, 'swatch')!;
    expect(getComputedStyle(dot).backgroundColor).to.equal('rgb(39, 117, 248)');
    element.style.setProperty('--pipeline-status-leads', '#112233');
    expect(getComputedStyle(dot).backgroundColor).to.equal('rgb(17, 34, 51)');
  });

  it('exposes its state to style sheets', async () => {
    const adapter = await pipeline();
    const list = adapter.listStatuses.bind(adapter);
    let refuse = (): void => undefined;
    adapter.listStatuses = () =>
      new Promise((_, reject) => (refuse = () => reject(new PipelineError('unavailable', 'down'))));
    const element = await fixture<PipelineStatusPicker>(
      html`<pipeline-status-picker .adapter=${adapter} conversation-id=${PHONE}></pipeline-status-picker>`,
    );
    expect(states(element)).to.deep.equal(['loading']);
    refuse();
    await until(() => states(element).join() === 'loading,error');
    adapter.listStatuses = list;
    element.show();
    (await until(() => queryByRole(element, 'button', 'Try again'))).click();
    await until(() => states(element).join() === 'open,empty');
    const writes = hold(adapter);
    await pick(element, 'Leads');
    await until(() => states(element).join() === 'saving');
    writes[0]!.go();
    await until(() => states(element).join() === '');
    await pick(element, 'No status');
    await until(() => states(element).join() === 'saving,empty');
    writes[1]!.refuse(new PipelineError('offline', 'no'));
    await until(() => states(element).join() === 'error');
    element.conversationId = 'other';
    await until(() => states(element).join() === 'empty');
  });

  it('keeps its height when the status is loaded, so that nothing below moves', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'leads');
    const list = adapter.listStatuses.bind(adapter);
    let go = (): void => undefined;
    adapter.listStatuses = () => new Promise((resolve) => (go = () => resolve(list())));
    const element = await fixture<PipelineStatusPicker>(
      html`<pipeline-status-picker .adapter=${adapter} conversation-id=${PHONE}></pipeline-status-picker>`,
    );
    const before = element.getBoundingClientRect().height;
    expect(trigger(element).ariaBusy).to.equal('true');
    expect(getComputedStyle(part(element, 'skeleton')!).animationDelay).to.equal('1s');
    go();
    await ready(element);
    expect(Math.abs(element.getBoundingClientRect().height - before)).to.be.below(0.5);
  });

  it('truncates a long name in the pill, and shows all of it in the list, at 320 px', async () => {
    const long = 'Menunggu konfirmasi pembayaran dari pelanggan yang belum membalas'.slice(0, 64);
    const adapter = await pipeline([long, 'W'.repeat(64)]);
    await adapter.setStatus([{ conversationId: PHONE }], long.toLowerCase());
    const box = await fixture<HTMLElement>(html`<div></div>`);
    box.style.cssText = 'inline-size:110px';
    const element = await picker(adapter);
    box.append(element);
    await ready(element);
    const label = part(element, 'label')!;
    expect(trigger(element).getBoundingClientRect().width <= 110).to.equal(true);
    expect(label.scrollWidth > label.clientWidth && getComputedStyle(label).textOverflow).to.equal('ellipsis');
    await setViewport({ width: 320, height: 480 });
    try {
      element.show();
      for (const name of [long, 'W'.repeat(64)]) {
        const text = (await option(element, name)).querySelector<HTMLElement>('[part=label]')!;
        const { left, right } = text.getBoundingClientRect();
        expect(left >= 0 && right <= 320 && text.scrollWidth <= text.clientWidth, name).to.equal(true);
      }
      expect(document.documentElement.scrollWidth).to.be.at.most(320);
    } finally {
      await setViewport({ width: 800, height: 600 });
    }
  });

  it('cuts nothing off with increased text spacing', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'repurchase');
    const element = await picker(adapter);
    // WCAG 1.4.12.
    element.style.cssText = 'line-height: 1.5; letter-spacing: 0.12em; word-spacing: 0.16em';
    element.show();
    await option(element, 'Repurchase');
    const texts = element.shadowRoot!.querySelectorAll('.label, .option, button');
    expect(texts.length).to.be.greaterThan(8);
    const cut = [...texts].filter(
      (each) => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1,
    );
    expect(cut.map((each) => each.outerHTML)).to.deep.equal([]);
  });

  it('has large enough targets, at the small size too', async () => {
    const adapter = await pipeline();
    const element = await picker(adapter);
    for (const size of ['medium', 'small'] as const) {
      element.size = size;
      await pick(element, size === 'small' ? 'Leads' : 'Purchase');
      const undo = await until(() => queryByRole(element, 'button', 'Undo'));
      element.show();
      for (const target of [trigger(element), undo, await option(element, 'Leads')]) {
        const { width, height } = target.getBoundingClientRect();
        expect(Math.min(width, height), `${size} ${target.textContent.trim()}`).to.be.at.least(24);
      }
      element.hide();
    }
  });

  it('has the focus ring around the pill, however large the touch target is', async () => {
    const element = await picker(await pipeline());
    element.style.setProperty('--_trigger-size', '44px');
    element.focus();
    await sendKeys({ press: 'Shift' });
    expect(trigger(element).matches(':focus-visible')).to.equal(true);
    const ringed = [...element.shadowRoot!.querySelectorAll<HTMLElement>('*')].filter(
      (each) => getComputedStyle(each).outlineStyle !== 'none',
    );
    expect(ringed.map((each) => each === part(element, 'chip'))).to.deep.equal([true]);
    expect([trigger(element).offsetHeight, ringed[0]!.offsetHeight < 30]).to.deep.equal([44, true]);
  });

  it('has no animation with reduced motion, and still shows that a change is being saved', async function () {
    if (!isChromium) this.skip();
    await emulateMediaFeatures({ 'prefers-reduced-motion': 'reduce' });
    const adapter = await pipeline();
    const element = await picker(adapter);
    hold(adapter);
    await pick(element, 'Leads');
    await until(() => element.matches(':state(saving)'));
    const dot = part(element, 'swatch')!;
    expect(element.shadowRoot!.getAnimations().filter(({ playState }) => playState === 'running').length).to.equal(0);
    await until(() => Number(getComputedStyle(dot).opacity) < 0.5);
  });

  it('exposes the name and value of the pill to assistive technology as a combo box', async function () {
    if (!isChromium) this.skip();
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'leads');
    await picker(adapter);
    const tree = JSON.stringify(await a11ySnapshot({}));
    expect(tree).to.match(/"role":"combobox"[^}]*"name":"Pipeline status","value":"Leads"/);
  });

  it('is accessible with an error, an undo button, mixed statuses, no statuses and no search results', async () => {
    const page = await fixture<HTMLElement>(html`<main></main>`);
    const show = async (element: PipelineStatusPicker): Promise<void> => {
      page.append(element);
      await ready(element);
      await expect(element).to.be.accessible();
    };
    const adapter = await pipeline();
    const element = await picker(adapter);
    page.append(element);
    await ready(element);
    await pick(element, 'Leads');
    await until(() => queryByRole(element, 'button', 'Undo'));
    await show(element);
    const writes = hold(adapter);
    await pick(element, 'Purchase');
    writes[0]!.refuse(new PipelineError('offline', 'no'));
    await until(() => part(element, 'error'));
    await expect(element).to.be.accessible();
    element.conversations = [{ conversationId: PHONE }, { conversationId: 'b' }];
    await until(() => shown(element) === 'Mixed');
    await expect(element).to.be.accessible();
    element.searchThreshold = 1;
    element.show();
    await until(() => deepActiveElement() === part(element, 'search'));
    await sendKeys({ type: 'zzz' });
    await until(() => part(element, 'clear'));
    await expect(element).to.be.accessible();
    const empty = await picker(new MemoryAdapter());
    empty.show();
    await until(() => part(empty, 'empty'));
    await show(empty);
  });
});
