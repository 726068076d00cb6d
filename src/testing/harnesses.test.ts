/** Tests the element harnesses. */
import { expect, fixture, html } from '@open-wc/testing';
import { MemoryAdapter } from '../adapters/memory.js';
import '../elements/pipeline-filter/define.js';
import type { PipelineFilter } from '../elements/pipeline-filter/pipeline-filter.js';
import '../elements/pipeline-settings/define.js';
import type { PipelineSettings } from '../elements/pipeline-settings/pipeline-settings.js';
import '../elements/pipeline-status-picker/define.js';
import type { PipelineStatusPicker } from '../elements/pipeline-status-picker/pipeline-status-picker.js';
import { id } from '../locales/id.js';
import { PipelineError } from '../model/errors.js';
import { FilterHarness, SettingsHarness, StatusPickerHarness } from './index.js';

/** Leads has a and b, Purchase has none. */
async function inbox(...names: string[]): Promise<MemoryAdapter> {
  const adapter = new MemoryAdapter();
  for (const name of names) await adapter.createStatus({ id: name.toLowerCase(), name, color: '#2775f8' });
  if (names.length) await adapter.setStatus([{ conversationId: 'a' }, { conversationId: 'b' }], 'leads');
  return adapter;
}

async function rejection(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => expect.fail('it did not reject'),
    (error: Error) => error.message,
  );
}

const stored = async (adapter: MemoryAdapter): Promise<string[]> =>
  (await adapter.listStatuses()).items.map((status) => status.name);

describe('StatusPickerHarness', () => {
  async function picker(adapter: MemoryAdapter): Promise<StatusPickerHarness> {
    const template = html`<pipeline-status-picker conversation-id="a" .adapter=${adapter}></pipeline-status-picker>`;
    return new StatusPickerHarness(await fixture<PipelineStatusPicker>(template));
  }

  it('reads what the element shows', async () => {
    const harness = await picker(await inbox('Leads', 'Purchase'));
    expect(await harness.options()).to.deep.equal(['Leads', 'Purchase', 'No status']);
    expect(harness.value).to.equal('Leads');
    expect(harness.element.matches(':state(open)')).to.equal(false);
  });

  it('sets a status in the adapter', async () => {
    const adapter = await inbox('Leads', 'Purchase');
    const harness = await picker(adapter);
    await harness.pick('Purchase');
    expect((await adapter.getEntries(['a'])).get('a')!.statusId).to.equal('purchase');
    expect(harness.value).to.equal('Purchase');
    await harness.undo();
    expect((await adapter.getEntries(['a'])).get('a')!.statusId).to.equal('leads');
    await harness.pick('No status');
    expect(harness.value).to.equal('No status');
  });

  it('sets a status also when the list has a search field', async () => {
    const names = Array.from({ length: 14 }, (_, n) => `Step ${n}`);
    const harness = await picker(await inbox('Leads', ...names));
    await harness.pick('Step 13');
    expect(harness.value).to.equal('Step 13');
  });

  it('reports what the element rejects, and rejects for missing controls', async () => {
    const adapter = await inbox('Leads', 'Purchase');
    adapter.setStatus = () => Promise.reject(new PipelineError('forbidden', 'no'));
    const harness = await picker(adapter);
    await harness.pick('Purchase');
    expect(harness.value).to.equal('Leads');
    expect(harness.error).to.match(/Status not changed/);
    harness.element.disabled = true;
    expect(await rejection(harness.pick('Purchase'))).to.match(/disabled/);
  });

  it('works in another language', async () => {
    const harness = new StatusPickerHarness((await picker(await inbox('Leads', 'Purchase'))).element, id);
    harness.element.locale = 'id';
    await harness.pick('Tanpa status');
    await harness.undo();
    expect(harness.value).to.equal('Leads');
  });
});

describe('FilterHarness', () => {
  async function filter(): Promise<FilterHarness> {
    const adapter = await inbox('Leads', 'Purchase');
    const template = html`<pipeline-filter .adapter=${adapter}></pipeline-filter>`;
    return new FilterHarness(await fixture<PipelineFilter>(template));
  }

  it('reads what the element offers', async () => {
    const harness = await filter();
    expect(await harness.options()).to.deep.equal(['Leads', 'Purchase', 'No status']);
    expect(harness.chosen).to.deep.equal([]);
  });

  it('chooses, matches and clears', async () => {
    const harness = await filter();
    await harness.choose('Leads', 'No status');
    expect(harness.element.filter).to.deep.equal({ op: 'any-of', statusIds: ['leads', null] });
    expect(harness.chosen).to.deep.equal(['Leads', 'No status']);
    await harness.choose('Purchase');
    await harness.match('none-of');
    expect(harness.element.filter).to.deep.equal({ op: 'none-of', statusIds: ['purchase'] });
    expect(harness.chosen).to.deep.equal(['Purchase']);
    await harness.clear();
    expect(harness.element.filter.statusIds).to.deep.equal([]);
  });

  it('rejects for a status that is not offered', async () => {
    expect(await rejection((await filter()).choose('Repurchase'))).to.match(/"Repurchase".*Leads, Purchase/);
  });
});

describe('SettingsHarness', () => {
  async function settings(adapter: MemoryAdapter): Promise<SettingsHarness> {
    const template = html`<pipeline-settings .adapter=${adapter}></pipeline-settings>`;
    return new SettingsHarness(await fixture<PipelineSettings>(template));
  }

  it('adds, edits and moves', async () => {
    const adapter = await inbox();
    const harness = await settings(adapter);
    await harness.useExamples();
    expect(harness.statuses).to.deep.equal(['Leads', 'Purchase', 'Repurchase']);
    await harness.add('Lost', { color: '#102030' });
    await harness.add('Won');
    await harness.edit('Lost', { name: 'Gone' });
    await harness.move('Won', 'top');
    await harness.move('Leads', 'down');
    expect(harness.statuses).to.deep.equal(['Won', 'Purchase', 'Leads', 'Repurchase', 'Gone']);
    expect(await stored(adapter)).to.deep.equal(harness.statuses);
    expect((await adapter.listStatuses()).items.at(-1)!.color).to.equal('#102030');
  });

  it('deletes, moves the conversations, and undoes', async () => {
    const adapter = await inbox('Leads', 'Purchase');
    const harness = await settings(adapter);
    await harness.delete('Purchase');
    await harness.undo();
    expect(await rejection(harness.delete('Leads'))).to.match(/moveTo/);
    await harness.delete('Leads', { moveTo: 'Purchase' });
    expect((await adapter.getEntries(['a'])).get('a')!.statusId).to.equal('purchase');
    await harness.undo();
    await harness.delete('Leads', { moveTo: null });
    expect((await adapter.getEntries(['a'])).get('a')!.statusId).to.equal(null);
    expect(harness.statuses).to.deep.equal(['Purchase']);
  });

  it('reports what the element rejects, and rejects for missing controls', async () => {
    const harness = await settings(await inbox('Leads'));
    await harness.add('LEADS');
    expect(harness.error).to.equal('There is already a status named “Leads”.');
    expect(await rejection(harness.move('Nowhere', 'up'))).to.match(/"Reorder Nowhere"; there are: .*Reorder Leads/);
  });
});
