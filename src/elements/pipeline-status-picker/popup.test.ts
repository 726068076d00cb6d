/** Tests of the picker's popup: position, dismissal, errors. */
import { expect, fixture, html } from '@open-wc/testing';
import { sendMouse } from '@web/test-runner-commands';
import { computeAccessibleDescription } from 'dom-accessibility-api';
import { byRole, deepActiveElement, nextEvent, queryByRole, until } from '../../../test/support.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import { PipelineError } from '../../model/errors.js';
import { PipelineStore } from '../../store/pipeline.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';
import {
  PHONE,
  click,
  focusedText,
  option,
  pick,
  picker,
  pipeline,
  press,
  ready,
  shown,
  statusOf,
  trigger,
} from './test-picker.js';

describe('<pipeline-status-picker> popup', () => {
  it('opens above in the composer, below in the details, and stays on the screen', async () => {
    const adapter = await pipeline();
    for (const [placement, isAbove] of [
      ['composer', true],
      ['details', false],
    ] as const) {
      const box = await fixture<HTMLElement>(
        html`<div>
          <pipeline-status-picker
            .adapter=${adapter}
            conversation-id=${PHONE}
            placement=${placement}
          ></pipeline-status-picker>
        </div>`,
      );
      box.style.cssText = 'position:fixed;inset-block-start:50%;inset-inline-end:0;inline-size:110px';
      const element = box.querySelector('pipeline-status-picker')!;
      await ready(element);
      element.show();
      const popup = await until(() => element.shadowRoot!.querySelector<HTMLElement>(':popover-open'));
      const area = popup.getBoundingClientRect();
      const anchor = trigger(element).getBoundingClientRect();
      expect(isAbove ? area.bottom <= anchor.top : area.top >= anchor.bottom, placement).to.equal(true);
      expect(area.right).to.be.at.most(window.innerWidth);
      expect(area.left).to.be.at.least(0);
    }
  });

  it('closes on a press outside, and a second press on the pill closes it instead of reopening it', async () => {
    const element = await picker(await pipeline());
    await click(trigger(element));
    await until(() => queryByRole(element, 'listbox'));
    await click(trigger(element));
    await until(() => !queryByRole(element, 'listbox'));
    await click(trigger(element));
    await until(() => queryByRole(element, 'listbox'));
    await sendMouse({ type: 'click', position: [5, window.innerHeight - 5] });
    await until(() => !queryByRole(element, 'listbox'));
  });

  it('shows a message when there are no statuses, and a retry button when they cannot be read', async () => {
    const empty = await picker(new MemoryAdapter());
    empty.show();
    await until(() => empty.shadowRoot!.textContent.includes('No statuses yet'));

    const broken = await pipeline();
    const list = broken.listStatuses.bind(broken);
    broken.listStatuses = () => Promise.reject(new PipelineError('unavailable', 'down'));
    const element = await fixture<PipelineStatusPicker>(
      html`<pipeline-status-picker .adapter=${broken} conversation-id=${PHONE}></pipeline-status-picker>`,
    );
    await until(() => element.matches(':state(error)'));
    element.show();
    const retry = await until(() => queryByRole(element, 'button', 'Try again'));
    broken.listStatuses = list;
    await click(retry);
    await until(() => queryByRole(element, 'option', 'Leads'));
  });

  describe('position', () => {
    const restore: (() => void)[] = [];
    afterEach(() => restore.splice(0).forEach((each) => each()));

    /** Replaces the visual viewport, which a phone's keyboard or zooming makes smaller than the window. */
    function see(view: { offsetLeft: number; offsetTop: number; width: number; height: number }): EventTarget {
      const visualViewport = Object.assign(new EventTarget(), view);
      Object.defineProperty(window, 'visualViewport', { configurable: true, value: visualViewport });
      restore.push(() => Reflect.deleteProperty(window, 'visualViewport'));
      return visualViewport;
    }

    async function at(x: number, y: number, placement: string, adapter: MemoryAdapter): Promise<PipelineStatusPicker> {
      const box = await fixture<HTMLElement>(
        html`<div>
          <pipeline-status-picker
            .adapter=${adapter}
            conversation-id=${PHONE}
            placement=${placement}
          ></pipeline-status-picker>
        </div>`,
      );
      box.style.cssText = `position:fixed;left:${x}px;top:${y}px`;
      const element = box.querySelector('pipeline-status-picker')!;
      await ready(element);
      return element;
    }

    function expectInside(
      element: Element,
      view: { offsetLeft: number; offsetTop: number; width: number; height: number },
    ): void {
      const popup = element.shadowRoot!.querySelector<HTMLElement>(':popover-open')!;
      const { left, top, right, bottom } = popup.getBoundingClientRect();
      const edges = [view.offsetLeft, view.offsetTop, view.offsetLeft + view.width, view.offsetTop + view.height];
      const where = `${[left, top, right, bottom].join(' ')} in ${edges.join(' ')}`;
      expect(left >= edges[0]! && top >= edges[1]! && right <= edges[2]! && bottom <= edges[3]!, where).to.equal(true);
    }

    it('stays in the window wherever the pill is, with few options and with many', async () => {
      const long = 'A status with a name that is as long as a name may be, 64 charact';
      for (const names of [['Leads'], [...Array.from({ length: 30 }, (_, i) => `Step ${i + 1}`), long.slice(0, 64)]]) {
        const adapter = await pipeline(names);
        for (const placement of ['composer', 'details']) {
          for (const x of [-40, 0, 0.5, 0.99]) {
            for (const y of [-60, 0, 0.3, 0.7, 0.98, 1.2]) {
              const place = (part: number, whole: number): number => (Math.abs(part) < 2 ? part * whole : part);
              const element = await at(place(x, innerWidth), place(y, innerHeight), placement, adapter);
              element.show();
              await until(() => element.shadowRoot!.querySelector(':popover-open'));
              expectInside(element, { offsetLeft: 0, offsetTop: 0, width: innerWidth, height: innerHeight });
              element.remove();
            }
          }
        }
      }
    });

    it('avoids the keyboard of a phone, and stays visible in a zoomed page', async () => {
      const adapter = await pipeline(Array.from({ length: 30 }, (_, i) => `Step ${i + 1}`));
      const whole = { offsetLeft: 0, offsetTop: 0, width: innerWidth, height: innerHeight };
      for (const y of [0.3, 0.6, 0.9]) {
        const view = see(whole);
        const element = await at(20, y * innerHeight, 'composer', adapter);
        element.show();
        await option(element, 'Step 1');
        expectInside(element, whole);
        for (const part of [
          { ...whole, height: innerHeight * 0.45 },
          { offsetLeft: 60, offsetTop: 80, width: innerWidth / 2, height: innerHeight / 2 },
          { ...whole, height: 90 },
        ]) {
          Object.assign(view, part);
          view.dispatchEvent(new Event('resize'));
          expectInside(element, part);
        }
        Object.assign(view, { offsetLeft: 0, offsetTop: 120, height: innerHeight * 0.45 });
        view.dispatchEvent(new Event('scroll'));
        expectInside(element, { ...whole, offsetTop: 120, height: innerHeight * 0.45 });
        element.remove();
      }
    });

    it('is aligned with the right edge of the pill in a right-to-left page', async () => {
      const element = await at(200, 100, 'details', await pipeline());
      element.parentElement!.dir = 'rtl';
      element.show();
      const popup = await until(() => element.shadowRoot!.querySelector<HTMLElement>(':popover-open'));
      const { right } = trigger(element).getBoundingClientRect();
      expect(Math.abs(popup.getBoundingClientRect().right - right)).to.be.at.most(1);
    });

    it('scrolls the focused one of a hundred options into view, and nothing but its list', async () => {
      const adapter = await pipeline(Array.from({ length: 100 }, (_, i) => `Step ${i + 1}`));
      await adapter.setStatus([{ conversationId: PHONE }], 'step 90');
      const page = await fixture<HTMLElement>(html`
        <div>
          <div id="messages"><p></p></div>
          <p id="tall"></p>
        </div>
      `);
      const messages = page.querySelector<HTMLElement>('#messages')!;
      messages.style.cssText = 'block-size:200px;overflow:auto';
      messages.querySelector('p')!.style.cssText = 'block-size:600px';
      page.querySelector<HTMLElement>('#tall')!.style.cssText = 'block-size:3000px';
      const element = await picker(adapter);
      element.searchThreshold = 200;
      messages.append(element);
      await ready(element);
      messages.scrollTop = 1000;
      const scrolled = messages.scrollTop;
      element.focus({ preventScroll: true });
      for (const [key, name] of [
        ['Enter', 'Step 90'],
        ['Home', 'Step 1'],
        ['End', 'No status'],
      ] as const) {
        await press(key);
        await until(() => focusedText() === name);
        const area = deepActiveElement()!.getBoundingClientRect();
        const list = byRole(element, 'listbox').getBoundingClientRect();
        expect(area.top >= list.top - 1 && area.bottom <= list.bottom + 1, name).to.equal(true);
      }
      expect([messages.scrollTop, scrollX, scrollY]).to.deep.equal([scrolled, 0, 0]);
    });
  });

  it('preserves the text, selection and scroll position of a message that is being written', async () => {
    const adapter = await pipeline();
    const page = await fixture<HTMLElement>(html`
      <form>
        <pipeline-status-picker
          .adapter=${adapter}
          conversation-id=${PHONE}
          placement="composer"
        ></pipeline-status-picker>
        <textarea aria-label="Message" rows="3"></textarea>
      </form>
    `);
    page.style.cssText = 'margin-block-start:200px';
    page.addEventListener('submit', (event) => {
      event.preventDefault();
      expect.fail('the message was sent');
    });
    const element = page.querySelector('pipeline-status-picker')!;
    const message = page.querySelector('textarea')!;
    await ready(element);
    message.value = Array.from({ length: 30 }, (_, i) => `Line ${i}`).join('\n');
    message.focus();
    message.setSelectionRange(10, 25, 'backward');
    message.scrollTop = 40;
    // Firefox scrolls to a new selection one frame later.
    for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
    const state = (): unknown[] => [
      message.value.length,
      message.selectionStart,
      message.selectionEnd,
      message.selectionDirection,
      message.scrollTop,
    ];
    const before = state();
    await click(trigger(element));
    await click(await option(element, 'Leads'));
    await until(async () => (await statusOf(adapter)) === 'leads');
    expect(deepActiveElement() === trigger(element)).to.equal(true);
    expect(state()).to.deep.equal(before);
    await press('Enter', 'ArrowDown', 'Enter');
    await until(async () => (await statusOf(adapter)) === 'purchase');
    expect(state()).to.deep.equal(before);
    message.focus();
    expect(state()).to.deep.equal(before);
  });

  it('has a retry button for the keyboard, after which focus moves to the list', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'purchase');
    const read = adapter.getEntries.bind(adapter);
    adapter.getEntries = () => Promise.reject(new PipelineError('offline', 'no'));
    const element = await fixture<PipelineStatusPicker>(
      html`<pipeline-status-picker .adapter=${adapter} conversation-id=${PHONE}></pipeline-status-picker>`,
    );
    await until(() => element.matches(':state(error)'));
    expect(computeAccessibleDescription(trigger(element))).to.equal('The statuses could not be loaded.');
    element.focus();
    await press('Enter');
    await until(() => element.matches(':state(open)'));
    await element.updateComplete;
    expect(element.shadowRoot!.querySelector('[part=popup]')!.textContent).to.include('No connection.');
    adapter.getEntries = read;
    await press('Tab');
    expect(focusedText()).to.equal('Try again');
    await press('Enter');
    await until(() => focusedText() === 'Purchase');
    expect(element.matches(':state(error)')).to.equal(false);
  });

  it('stays usable when reading again fails, with the cached statuses', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: PHONE }], 'leads');
    const element = await picker(adapter);
    const told = nextEvent(element, 'pipeline-error');
    const read = adapter.getEntries.bind(adapter);
    adapter.getEntries = () => Promise.reject(new PipelineError('offline', 'no'));
    void PipelineStore.of(adapter).retry();
    await told;
    adapter.getEntries = read;
    await pick(element, 'Purchase');
    await until(async () => (await statusOf(adapter)) === 'purchase');
    expect(shown(element)).to.equal('Purchase');
  });
});
