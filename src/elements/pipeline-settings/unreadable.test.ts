/** Elements on a server whose records cannot be read, or have other forms than ours. */
import { expect, fixture, html } from '@open-wc/testing';
import { byRole, queryByRole, until } from '../../../test/support.js';
import { RestAdapter } from '../../adapters/rest/adapter.js';
import '../pipeline-filter/define.js';
import '../pipeline-provider/define.js';
import '../pipeline-status-picker/define.js';
import './define.js';

const LEADS = { id: 'leads', name: 'Leads', color: '#2775f8', rank: 'a', version: 1 };
const PURCHASE = { id: 'pur', name: 'Purchase', color: '#11aa55', rank: 'b', version: 2 };
const ENTRY = { conversationId: 'c-1', contactId: null, statusId: 'leads', version: 5, changedAt: 1000 };

interface Answers {
  list?: unknown;
  entries?: unknown;
  counts?: unknown;
}

interface Page {
  settings: Element;
  picker: Element;
  filter: Element;
  /** The messages of all `pipeline-error` events. */
  errors: string[];
}

/** Settings, a picker of c-1 and a filter, on a server that sends these answers. */
async function page({
  list = { items: [LEADS, PURCHASE], seq: '5' },
  entries = { items: [ENTRY] },
  counts,
}: Answers): Promise<Page> {
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    const { pathname } = new URL(input as string);
    if (pathname.endsWith('/statuses')) return Response.json(list);
    if (pathname.endsWith('/batch-get')) return Response.json(entries);
    if (pathname.endsWith('/counts')) return Response.json(counts ?? { byStatus: {}, none: 0 });
    return new Response(null, { status: 404 });
  };
  const adapter = new RestAdapter({ baseUrl: 'https://server.test/api', fetch });
  const errors: string[] = [];
  const root = await fixture(
    html`<div @pipeline-error=${(event: Event) => errors.push((event as unknown as { error: Error }).error.message)}>
      <pipeline-settings .adapter=${adapter}></pipeline-settings>
      <pipeline-status-picker .adapter=${adapter} conversation-id="c-1"></pipeline-status-picker>
      <pipeline-filter .adapter=${adapter}></pipeline-filter>
    </div>`,
  );
  const [settings, picker, filter] = root.children as unknown as [Element, Element, Element];
  const isSettled = (each: Element): boolean => each.matches(':state(error)') || !each.matches(':state(loading)');
  await until(() => [settings, picker, filter].every(isSettled), 'the elements to settle');
  await until(() => settings.shadowRoot!.querySelector('.card:not([aria-busy]), .banner'), 'the settings');
  return { settings, picker, filter, errors };
}

const textOf = (element: Element): string => element.shadowRoot!.textContent.replace(/\s+/g, ' ').trim();
const names = (settings: Element): (string | null)[] =>
  [...settings.shadowRoot!.querySelectorAll('.name .label')].map(({ textContent }) => textContent);

describe('records in other forms', () => {
  const { rank: _a, ...leads } = LEADS;
  const { rank: _b, ...purchase } = PURCHASE;
  const shapes: Record<string, Answers> = {
    'versions as text': {
      list: {
        items: [
          { ...LEADS, version: '1' },
          { ...PURCHASE, version: '2' },
        ],
        seq: 5,
      },
      entries: { items: [{ ...ENTRY, version: '5' }] },
    },
    'whole numbers as ids': {
      list: {
        items: [
          { ...LEADS, id: 1 },
          { ...PURCHASE, id: 2 },
        ],
        seq: '5',
      },
      entries: { items: [{ ...ENTRY, statusId: 1 }] },
    },
    'short and upper-case colors': {
      list: {
        items: [
          { ...LEADS, color: '#27F' },
          { ...PURCHASE, color: '#ABCDEF' },
        ],
        seq: '5',
      },
    },
    'no ranks': { list: { items: [leads, purchase], seq: '5' } },
    'numbers as ranks': {
      list: {
        items: [
          { ...LEADS, rank: 9 },
          { ...PURCHASE, rank: 10 },
        ],
        seq: '5',
      },
    },
    'no colors and versions': {
      list: {
        items: [
          { ...LEADS, color: null, version: undefined },
          { ...PURCHASE, color: undefined },
        ],
        seq: '5',
      },
    },
    'timestamps with a time zone': { entries: { items: [{ ...ENTRY, changedAt: '2026-01-01T00:00:00Z' }] } },
    'no contact': { entries: { items: [{ ...ENTRY, contactId: undefined }] } },
  };
  for (const [what, answers] of Object.entries(shapes)) {
    it(`${what} are read`, async () => {
      const { settings, picker, filter, errors } = await page(answers);
      expect(names(settings)).to.deep.equal(['Leads', 'Purchase']);
      expect(byRole(picker, 'combobox').textContent.trim()).to.equal('Leads');
      for (const each of [settings, picker, filter])
        expect(each.matches(':state(error)'), each.localName).to.equal(false);
      expect(errors).to.deep.equal([]);
    });
  }
});

describe('records that cannot be read', () => {
  const { warn } = console;
  beforeEach(() => (console.warn = () => undefined));
  afterEach(() => {
    console.warn = warn;
  });

  const lists: Record<string, [unknown, string]> = {
    'versions beyond 2^53': [
      {
        items: [
          { ...LEADS, version: 1234567890123456800 },
          { ...PURCHASE, version: 1234567890123456800 },
        ],
        seq: '5',
      },
      'statuses[0] "leads": version must be a whole number, 0 or more; found 1234567890123456800. (and 1 more)',
    ],
    'versions that are no numbers': [
      { items: [{ ...PURCHASE, version: 'abc' }], seq: '5' },
      'statuses[0] "pur": version must be a whole number, 0 or more; found "abc".',
    ],
    'a list without an envelope': [
      [LEADS, PURCHASE],
      'response: it must be an object; found [{"id":"leads","name":"Leads","color":"#2775f8","rank":"a","….',
    ],
    'another envelope': [{ data: [LEADS] }, 'statuses must be a list; found nothing.'],
  };
  for (const [what, [list, message]] of Object.entries(lists)) {
    it(`${what}: an error on each element, and one event; no examples are offered`, async () => {
      const { settings, picker, filter, errors } = await page({ list });
      for (const each of [settings, picker, filter])
        expect(each.matches(':state(error)'), each.localName).to.equal(true);
      expect(textOf(settings)).to.include('The statuses could not be loaded. What was received cannot be read.');
      expect(queryByRole(settings, 'button', 'Use example statuses')).to.equal(undefined);
      expect(textOf(picker)).not.to.include('No status');
      expect(errors).to.deep.equal([message]);
    });
  }

  it('one status among others: the others are shown, with how many are not', async () => {
    const { settings, picker, errors } = await page({
      list: { items: [LEADS, { ...PURCHASE, version: 'v7' }], seq: '5' },
    });
    expect(names(settings)).to.deep.equal(['Leads']);
    expect(settings.matches(':state(error)')).to.equal(true);
    expect(textOf(settings)).to.include('1 status cannot be read and is not shown.');
    expect(byRole(picker, 'combobox').textContent.trim()).to.equal('Leads');
    (picker as unknown as { show(): void }).show();
    await until(() => queryByRole(picker, 'option', 'Leads'), 'the list');
    expect(textOf(picker)).to.include('1 status cannot be read and is not shown.');
    expect(errors).to.deep.equal(['statuses[1] "pur": version must be a whole number, 0 or more; found "v7".']);
  });

  const entries: Record<string, [Answers, RegExp]> = {
    'its version': [
      { entries: { items: [{ ...ENTRY, version: 'v7' }] } },
      /^entries\[0\] "c-1": version must be .* found "v7"\.$/,
    ],
    'its time': [
      { entries: { items: [{ ...ENTRY, changedAt: '2026-01-01' }] } },
      /^entries\[0\] "c-1": changedAt .* found "2026-01-01"\.$/,
    ],
    'its id': [
      { entries: { items: [{ ...ENTRY, conversationId: undefined }] } },
      /^entries\[0\]: conversationId .* found nothing\.$/,
    ],
    'its missing status': [
      { entries: { items: [{ ...ENTRY, statusId: undefined }] } },
      /^entries\[0\] "c-1": statusId .* found nothing\.$/,
    ],
    'the list that it is in': [{ entries: { data: [ENTRY] } }, /items|entries must be a list/],
    'its status, which the list does not have': [
      { entries: { items: [{ ...ENTRY, statusId: 'gone' }] } },
      /^statusId must be the id of a status in the list; found "gone"\.$/,
    ],
  };
  for (const [what, [answers, message]] of Object.entries(entries)) {
    it(`a conversation, because of ${what}: an error on its picker, not "No status"`, async () => {
      const { settings, picker, errors } = await page(answers);
      await until(() => picker.matches(':state(error)'), 'the error');
      expect(textOf(picker)).not.to.include('No status');
      expect(textOf(picker)).to.include('—');
      expect(names(settings)).to.deep.equal(['Leads', 'Purchase']);
      expect(errors).to.have.length(1);
      expect(errors[0]).to.match(message);
    });
  }

  it('counts: an error in the settings, which show no numbers', async () => {
    const { settings, errors } = await page({ counts: { byStatus: { leads: 'many' }, none: 0 } });
    await until(() => settings.matches(':state(error)'), 'the error');
    expect(textOf(settings)).to.include('The counts cannot be read.').and.not.to.include('0 conversations');
    expect(names(settings)).to.deep.equal(['Leads', 'Purchase']);
    expect(errors).to.deep.equal(['counts: byStatus.leads must be a whole number, 0 or more; found "many".']);
  });
});
