import { expect, fixture, html } from '@open-wc/testing';
import { sendMouse } from '@web/test-runner-commands';
import { queryByRole, until } from '../../../test/support.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';
import { PHONE, pipeline, picker, trigger, ready, click } from './test-picker.js';

describe('<pipeline-status-picker> the popup', () => {
  it('opens above the text area in the composer, below in the details, and stays on the screen', async () => {
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

  it('closes when pressed outside, and a second press on the pill closes instead of opening again', async () => {
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

  it('says so when there are no statuses, and offers to try again when they cannot be read', async () => {
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
});
