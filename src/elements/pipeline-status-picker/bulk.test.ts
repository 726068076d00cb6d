/** Tests of the picker with several conversations. */
import { expect, fixture, html } from '@open-wc/testing';
import { allByRole, announced, byRole, nextEvent, queryByRole, until } from '../../../test/support.js';
import type { MemoryAdapter } from '../../adapters/memory.js';
import type { SetResult } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';
import { PHONE, click, hold, option, pick, pipeline, problem, ready, shown, statusOf } from './test-picker.js';

async function several(adapter: MemoryAdapter, ...ids: string[]): Promise<PipelineStatusPicker> {
  const element = await fixture<PipelineStatusPicker>(
    html`<pipeline-status-picker
      .adapter=${adapter}
      .conversations=${ids.map((conversationId) => ({ conversationId }))}
    ></pipeline-status-picker>`,
  );
  await ready(element);
  return element;
}

describe('<pipeline-status-picker> with several conversations', () => {
  it('shows "Mixed", writes all of them in one call, and undo restores the status of each', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: 'a' }], 'leads');
    await adapter.setStatus([{ conversationId: 'b' }], 'purchase');
    const element = await several(adapter, 'a', 'b');
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

  it('shows how many failed and still fires the change event for the others', async () => {
    const adapter = await pipeline();
    const write = adapter.setStatus.bind(adapter);
    adapter.setStatus = async (refs, statusId, options) => {
      const results = await write(refs, statusId, options);
      const error = new PipelineError('forbidden', 'no');
      return results.map((result, i) => (i ? result : { conversationId: result.conversationId, ok: false, error }));
    };
    const element = await several(adapter, 'a', 'b');
    element.show();
    const changed = nextEvent(element, 'pipeline-status-change');
    await click(await until(() => queryByRole(element, 'option', 'Leads')));
    expect((await changed).results.map((result: SetResult) => result.ok)).to.deep.equal([false, true]);
    await until(() => element.shadowRoot!.textContent.includes('1 conversation was not changed.'));
  });

  it('shows how many failed for each reason, undoes the others, and fires an error event for each reason', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: 'd' }], 'purchase');
    const write = adapter.setStatus.bind(adapter);
    const codes = ['forbidden', 'forbidden', 'offline'] as const;
    const element = await several(adapter, 'a', 'b', 'c', 'd');
    adapter.setStatus = async (refs, statusId, options) => {
      const results = await write(refs.slice(3), statusId, options);
      const refused = codes.map((code, i) => {
        const error = new PipelineError(code, 'no');
        return { conversationId: refs[i]!.conversationId, ok: false as const, error };
      });
      return [...refused, ...results];
    };
    const errors: string[] = [];
    element.addEventListener('pipeline-error', ({ error }) => errors.push(error.code));
    const changed = nextEvent(element, 'pipeline-status-change');
    await pick(element, 'Leads');
    const { conversationIds, from, results } = await changed;
    expect([conversationIds, from]).to.deep.equal([['a', 'b', 'c', 'd'], undefined]);
    expect(results.map((each: SetResult) => [each.conversationId, each.ok ? 'ok' : each.error.code])).to.deep.equal([
      ['a', 'forbidden'],
      ['b', 'forbidden'],
      ['c', 'offline'],
      ['d', 'ok'],
    ]);
    await until(() => problem(element));
    expect(problem(element)).to.equal(
      '2 conversations were not changed. You are not allowed to do this. 1 conversation was not changed. No connection.',
    );
    expect(errors).to.deep.equal(['forbidden', 'offline']);
    expect(shown(element)).to.equal('Mixed');
    element.locale = 'id';
    await until(() => problem(element)!.startsWith('2 percakapan tidak berubah. '));
    expect(shown(element)).to.equal('Beragam');
    element.locale = null;
    adapter.setStatus = write;
    await until(() => queryByRole(element, 'button', 'Undo'));
    byRole(element, 'button', 'Undo').click();
    await until(async () => (await statusOf(adapter, 'd')) === 'purchase');
    expect(await statusOf(adapter, 'a')).to.equal(undefined);
  });

  it('shows which status they still have when all of them failed', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: 'a' }], 'leads');
    const element = await several(adapter, 'a', 'b');
    const writes = hold(adapter);
    await pick(element, 'Purchase');
    await element.updateComplete;
    expect([shown(element), element.matches(':state(saving)')]).to.deep.equal(['Purchase', true]);
    writes[0]!.refuse(new PipelineError('unavailable', 'down'));
    await until(() => problem(element));
    expect(problem(element)).to.equal('Status not changed. Still Mixed. The server cannot be reached right now.');
    expect(element.value).to.equal(null);
  });

  it('announces an undo to different statuses, takes precedence over conversation-id, and updates for a new list', async () => {
    const adapter = await pipeline();
    await adapter.setStatus([{ conversationId: 'a' }], 'leads');
    const element = await several(adapter, 'a', 'b');
    element.conversationId = PHONE;
    await pick(element, 'Purchase');
    (await until(() => queryByRole(element, 'button', 'Undo'))).click();
    await until(() => announced().includes('Status changed to Mixed.'));
    expect(await statusOf(adapter)).to.equal(undefined);
    element.conversations = [{ conversationId: 'a' }];
    await until(() => shown(element) === 'Leads');
    element.conversations = [];
    await until(() => shown(element) === 'No status');
    element.conversations = null;
    await ready(element);
    await adapter.setStatus([{ conversationId: PHONE }], 'repurchase');
    await until(() => shown(element) === 'Repurchase');
  });

  it('stays open, and keeps the undo button, when the page sets a new list of the same conversations', async () => {
    const element = await several(await pipeline(), 'a', 'b');
    await pick(element, 'Leads');
    await until(() => queryByRole(element, 'button', 'Undo'));
    element.show();
    await option(element, 'Leads');
    element.conversations = [{ conversationId: 'a' }, { conversationId: 'b' }];
    await element.updateComplete;
    expect(!queryByRole(element, 'listbox')).to.equal(false);
    expect(!queryByRole(element, 'button', 'Undo')).to.equal(false);
    element.conversations = [{ conversationId: 'a' }];
    await until(() => !queryByRole(element, 'listbox'));
    expect(!queryByRole(element, 'button', 'Undo')).to.equal(true);
  });
});
