import { expect, fixture, html } from '@open-wc/testing';
import { allByRole, byRole, nextEvent, queryByRole, until } from '../../../test/support.js';
import type { SetResult } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';
import { pipeline, ready, shown, statusOf, click } from './test-picker.js';

describe('<pipeline-status-picker> several conversations', () => {
  it('shows "Mixed", writes all of them at once, and undoes each to its own', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: 'a' }], 'leads');
    await adapter.setStatus([{ conversationId: 'b' }], 'purchase');
    const element = await fixture<PipelineStatusPicker>(
      html`<pipeline-status-picker
        .adapter=${adapter}
        .conversations=${[{ conversationId: 'a' }, { conversationId: 'b' }]}
      ></pipeline-status-picker>`,
    );
    await ready(element);
    expect(shown(element)).to.equal('Mixed');
    element.show();
    await until(() => queryByRole(element, 'option', 'Leads'));
    expect(allByRole(element, 'option').every((option) => option.ariaSelected === 'false')).to.equal(true);
    await click(byRole(element, 'option', 'Repurchase'));
    await until(() => shown(element) === 'Repurchase');
    await click(await until(() => queryByRole(element, 'button', 'Undo')));
    await until(() => shown(element) === 'Mixed');
    await until(
      async () => (await statusOf(adapter, 'a')) === 'leads' && (await statusOf(adapter, 'b')) === 'purchase',
    );
  });

  it('says how many were refused and still tells of those that were not', async () => {
    const adapter = await pipeline();
    const write = adapter.setStatus.bind(adapter);
    adapter.setStatus = async (refs, statusId, options) => {
      const results = await write(refs, statusId, options);
      const error = new PipelineError('forbidden', 'no');
      return results.map((result, i) => (i ? result : { conversationId: result.conversationId, ok: false, error }));
    };
    const element = await fixture<PipelineStatusPicker>(
      html`<pipeline-status-picker
        .adapter=${adapter}
        .conversations=${[{ conversationId: 'a' }, { conversationId: 'b' }]}
      ></pipeline-status-picker>`,
    );
    await ready(element);
    element.show();
    const changed = nextEvent(element, 'pipeline-status-change');
    await click(await until(() => queryByRole(element, 'option', 'Leads')));
    expect((await changed).results.map((result: SetResult) => result.ok)).to.deep.equal([false, true]);
    await until(() => element.shadowRoot!.textContent.includes('1 conversation was not changed.'));
  });
});
