/** What becomes of a filter when its data comes from another source. */
import { expect } from '@open-wc/testing';
import { announced, byRole, queryByRole, until } from '../../../test/support.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import '../pipeline-provider/define.js';
import { anyOf, deleteStatus, fill, inbox, ready, setUp, shows } from './test-inbox.js';
import type { PipelineFilter } from './pipeline-filter.js';

/** Another tenant: `leads` as everywhere, and `won`; only d has a status. */
async function other(): Promise<MemoryAdapter> {
  const adapter = new MemoryAdapter();
  for (const id of ['leads', 'won']) await adapter.createStatus({ id, name: `Their ${id}`, color: '#2775f8' });
  await adapter.setStatus([{ conversationId: 'd' }], 'won');
  return adapter;
}

function changes(filter: PipelineFilter): unknown[] {
  const seen: unknown[] = [];
  filter.addEventListener('pipeline-filter-change', (event) => seen.push(event.filter));
  return seen;
}

const message = (filter: Element): string | undefined =>
  filter.shadowRoot!.querySelector('.message')?.textContent?.trim();

const UNKNOWN = 'Remove Unknown status from the filter';
const loaded = (filter: Element): Promise<unknown> => until(() => queryByRole(filter, 'button', UNKNOWN), 'the chip');

describe('<pipeline-filter> after a change of source', () => {
  it('keeps what is chosen, without a word, and shows what the new source does not know as unknown', async () => {
    const { filter, list } = await setUp(await inbox());
    filter.filter = anyOf('leads', 'purchase');
    await shows(list, 'a', 'b', 'c');
    const seen = changes(filter);
    filter.adapter = await other();
    await loaded(filter);
    byRole(filter, 'button', 'Remove Their leads from the filter');
    await shows(list);
    expect([filter.filter, seen, message(filter), announced()]).to.deep.equal([
      anyOf('leads', 'purchase'),
      [],
      undefined,
      '',
    ]);
  });

  it('lets the user take the unknown out', async () => {
    const { filter, list } = await setUp(await inbox());
    filter.filter = anyOf('leads', 'purchase');
    filter.adapter = await other();
    await loaded(filter);
    const seen = changes(filter);
    byRole(filter, 'button', UNKNOWN).click();
    await shows(list);
    expect(seen).to.deep.equal([anyOf('leads')]);
    expect(message(filter)).to.equal(undefined);
  });

  it('names nothing of the old source when the user changes something else', async () => {
    const { filter, list } = await setUp(await inbox());
    filter.filter = anyOf('purchase');
    await shows(list, 'c');
    filter.adapter = await other();
    await loaded(filter);
    const seen = changes(filter);
    filter.show();
    (await until(() => queryByRole(filter, 'checkbox', /^Their won/))).click();
    await shows(list, 'd');
    expect(seen).to.deep.equal([anyOf('won')]);
    expect(message(filter)).to.equal(undefined);
  });

  it('still removes a status that is deleted later in the new source, and says so', async () => {
    const { filter } = await setUp(await inbox());
    filter.filter = anyOf('leads', 'purchase');
    const theirs = await other();
    filter.adapter = theirs;
    await loaded(filter);
    byRole(filter, 'button', UNKNOWN);
    const seen = changes(filter);
    await deleteStatus(theirs, 'leads');
    await until(() => message(filter) === 'Their leads was deleted and removed from the filter.');
    // Nor does the event name what was chosen for the old source.
    expect(seen).to.deep.equal([anyOf()]);
  });

  it('treats what the host chooses afterwards as at the first load', async () => {
    const { filter } = await setUp(await inbox());
    filter.filter = anyOf('purchase');
    filter.adapter = await other();
    await loaded(filter);
    filter.filter = anyOf('won', 'gone');
    await until(() => message(filter) === 'A status that no longer exists was removed from the filter.');
    expect(filter.filter).to.deep.equal(anyOf('won'));
  });

  for (const order of ['before', 'after'] as const) {
    for (const where of ['filter', 'provider'] as const) {
      it(`loses nothing that the host chooses ${order} it sets the source of the ${where}, in one turn`, async () => {
        const adapter = await inbox();
        const { filter } = await setUp(adapter);
        const provider = document.createElement('pipeline-provider');
        provider.adapter = adapter;
        filter.before(provider);
        provider.append(filter);
        if (where === 'provider') filter.adapter = undefined;
        await ready(filter);
        filter.filter = anyOf('purchase');
        await filter.updateComplete;
        const seen = changes(filter);
        const theirs = await other();
        const choose = (): void => void (filter.filter = anyOf('won'));
        if (order === 'before') choose();
        Object.assign(where === 'filter' ? filter : provider, { adapter: theirs });
        if (order === 'after') choose();
        await until(() => queryByRole(filter, 'button', 'Remove Their won from the filter'), 'the chip');
        expect([filter.filter, seen, message(filter)]).to.deep.equal([anyOf('won'), [], undefined]);
      });
    }
  }

  it('shows all rows until the new source has answered, and hides by what that says', async () => {
    const { filter, list } = await setUp(await inbox());
    filter.filter = anyOf('leads');
    await shows(list, 'a', 'b');
    const theirs = new MemoryAdapter();
    await fill(theirs);
    let answer = (): void => undefined;
    const gate = new Promise<void>((resolve) => (answer = resolve));
    const read = theirs.getEntries.bind(theirs);
    theirs.getEntries = async (...args) => (await gate, read(...args));
    await theirs.setStatus([{ conversationId: 'a' }, { conversationId: 'b' }], 'purchase');
    await theirs.setStatus([{ conversationId: 'd' }], 'leads');
    filter.adapter = theirs;
    expect(filter.matches('a'), 'by the old source').to.equal(false);
    await shows(list, 'a', 'b', 'c', 'd');
    answer();
    await shows(list, 'd');
    expect(['a', 'd'].map((id) => filter.matches(id))).to.deep.equal([false, true]);
  });

  it('refuses at once what was asked of the old source, which may never answer', async () => {
    const old = await inbox();
    Object.assign(old, { find: () => new Promise(() => undefined), getEntries: () => new Promise(() => undefined) });
    const { filter } = await setUp(old);
    filter.filter = anyOf('leads');
    const asking = [filter.find(), filter.select(['x'])].map((each) =>
      each.catch((error: { code: string }) => error.code),
    );
    await filter.updateComplete;
    filter.adapter = await other();
    expect(await Promise.all(asking)).to.deep.equal(['aborted', 'aborted']);
  });

  it('refuses what was asked of the old source also where it is not in a page', async () => {
    const filter = document.createElement('pipeline-filter');
    const [old, theirs] = [await inbox(), await other()];
    filter.adapter = old;
    filter.filter = anyOf('leads');
    const finding = filter.find().catch((error: { code: string }) => error.code);
    filter.adapter = theirs;
    expect(await finding).to.equal('aborted');
    expect((await filter.find()).ids).to.deep.equal([]);
  });

  it('is not disturbed by the same source', async () => {
    const adapter = await inbox();
    const { filter } = await setUp(adapter);
    filter.filter = anyOf('leads');
    filter.show();
    await until(() => queryByRole(filter, 'checkbox', /^Leads/));
    const finding = filter.find();
    filter.adapter = adapter;
    await filter.updateComplete;
    byRole(filter, 'checkbox', /^Leads/);
    expect((await finding).ids).to.deep.equal(['b', 'a']);
  });
});
