/** The filter on every adapter that runs in a browser. */
import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { allByRole, announced, byRole, deepActiveElement, queryByRole, until } from '../../../test/support.js';
import type { PipelineAdapter } from '../../adapters/adapter.js';
import { IndexedDBAdapter } from '../../adapters/indexeddb/adapter.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import '../pipeline-status-picker/define.js';
import type { PipelineFilter } from './pipeline-filter.js';
import { anyOf, deleteStatus, fill, noneOf, open, setUp, shows } from './test-inbox.js';

const ADAPTERS: Record<string, () => { adapter: PipelineAdapter; elsewhere: PipelineAdapter; end(): Promise<void> }> = {
  memory() {
    const adapter = new MemoryAdapter();
    return { adapter, elsewhere: adapter, end: () => Promise.resolve() };
  },
  IndexedDB() {
    const database = `filter-${crypto.randomUUID()}`;
    const [adapter, elsewhere] = [new IndexedDBAdapter({ database }), new IndexedDBAdapter({ database })];
    return { adapter, elsewhere, end: () => adapter.clear() };
  },
};

describe('<pipeline-filter> over every adapter', () => {
  for (const [name, create] of Object.entries(ADAPTERS)) {
    it(`behaves the same with the keyboard, in its messages and in its states: ${name}`, async () => {
      const { adapter, elsewhere, end } = create();
      await fill(elsewhere);
      const { filter, list } = await setUp(adapter);
      filter.focus();
      await sendKeys({ press: 'Enter' });
      await until(() => deepActiveElement() === queryByRole(filter, 'checkbox', 'Leads, 2 conversations'));
      await sendKeys({ press: ' ' });
      await shows(list, 'a', 'b');
      await until(() => announced().includes('2 conversations shown'));
      expect([filter.value, filter.matches(':state(filtered)')]).to.deep.equal(['op=any-of&status=leads', true]);
      await elsewhere.setStatus([{ conversationId: 'd' }], 'leads');
      await shows(list, 'a', 'b', 'd');
      await until(() => queryByRole(filter, 'checkbox', 'Leads, 3 conversations'));
      expect(await filter.select(['d', 'c', 'a'])).to.deep.equal(['d', 'a']);
      expect((await filter.find({ pageSize: 2 })).ids).to.deep.equal(['d', 'b']);
      filter.filter = noneOf('purchase');
      await deleteStatus(elsewhere, 'purchase', 'leads');
      await until(() => announced().includes('Purchase was deleted and removed from the filter.'));
      expect(filter.filter).to.deep.equal(noneOf());
      await shows(list, 'a', 'b', 'c', 'd');
      await sendKeys({ press: 'Escape' });
      await until(() => deepActiveElement() === queryByRole(filter, 'button', 'Filter by status'));
      await end();
    });
  }

  for (const [name, create] of Object.entries(ADAPTERS)) {
    it(`stops showing what is forgotten elsewhere, and follows the host when it moves a conversation: ${name}`, async () => {
      const { adapter, elsewhere, end } = create();
      await fill(elsewhere);
      const { filter, list } = await setUp(adapter);
      const picker = await fixture<HTMLElement>(
        html`<pipeline-status-picker conversation-id="a" .adapter=${adapter}></pipeline-status-picker>`,
      );
      const contacts = await fixture<PipelineFilter>(
        html`<pipeline-filter of="contact" contact-match="latest" .adapter=${adapter}></pipeline-filter>`,
      );
      filter.filter = anyOf('leads');
      contacts.filter = anyOf('leads');
      await open(filter);
      await until(() => queryByRole(filter, 'checkbox', 'Leads, 2 conversations'));
      await until(() => queryByRole(picker, 'combobox')?.textContent.includes('Leads'));
      await shows(list, 'a', 'b');
      await elsewhere.putConversations!([{ conversationId: 'c', activityAt: 0 }]);
      expect((await contacts.find()).ids).to.deep.equal(['two']);
      await elsewhere.putConversations!([{ conversationId: 'a', contactId: null }]);
      expect((await contacts.find()).ids).to.deep.equal([]);
      await elsewhere.forget!({ conversationIds: ['a'] });
      await shows(list, 'b');
      await until(() => queryByRole(filter, 'checkbox', 'Leads, 1 conversation'));
      await until(() => queryByRole(picker, 'combobox')?.textContent.includes('No status'));
      await elsewhere.setStatus([{ conversationId: 'a' }], 'leads');
      await shows(list, 'a', 'b');
      await until(() => queryByRole(picker, 'combobox')?.textContent.includes('Leads'));
      await end();
    });
  }

  it('closes when the adapter is replaced, keeps focus, and uses the new adapter', async () => {
    const [first, second] = [new MemoryAdapter(), new MemoryAdapter()];
    await fill(first);
    await fill(second);
    await second.createStatus({ id: 'won', name: 'Won', color: '#03a74d' });
    await second.setStatus([{ conversationId: 'd' }], 'won');
    const { filter, list } = await setUp(first);
    filter.filter = anyOf('leads');
    await open(filter);
    await until(() => deepActiveElement() === queryByRole(filter, 'checkbox', /^Leads/));
    filter.adapter = second;
    await until(() => deepActiveElement() === queryByRole(filter, 'button', 'Filter by status, 1 selected'));
    expect(queryByRole(filter, 'checkbox')).to.equal(undefined);
    await open(filter);
    await until(() => queryByRole(filter, 'checkbox', 'Won, 1 conversation'));
    expect(allByRole(filter, 'checkbox')).to.have.length(5);
    byRole(filter, 'checkbox', /^Won/).click();
    await shows(list, 'a', 'b', 'd');
  });
});
