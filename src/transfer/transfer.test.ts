import { expect } from '@open-wc/testing';
import { MemoryAdapter } from '../adapters/memory.js';
import type { FindPage, PipelineAdapter } from '../adapters/adapter.js';
import { PipelineError } from '../model/errors.js';
import { exportCsv, exportPipeline, importPipeline, ImportError } from './index.js';

const LEADS = { id: 'leads', name: 'Leads', color: '#2775f8' };
const WON = { id: 'won', name: 'Won, at last', color: '#11aa55' };

/** Not with a `Response`: it reports every failure of its stream as "Failed to fetch". */
async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
}

/** Two statuses, and as many conversations of half as many contacts. */
async function filled(conversations = 5): Promise<MemoryAdapter> {
  const adapter = new MemoryAdapter({ user: 'ani' });
  await adapter.createStatus(LEADS);
  await adapter.createStatus({ ...WON, after: null });
  const refs = Array.from({ length: conversations }, (_, n) => ({
    conversationId: `c-${n}`,
    contactId: `p-${n >> 1}`,
    activityAt: 1_000_000 + n,
  }));
  await adapter.putConversations(refs.map((ref) => ({ ...ref })));
  await adapter.setStatus(refs.slice(0, 3), 'leads');
  await adapter.setStatus(refs.slice(2, 4), 'won');
  return adapter;
}

/** The adapter without some of its methods. */
function withOnly(adapter: MemoryAdapter, missing: readonly string[]): PipelineAdapter {
  return new Proxy(adapter, {
    get(target, name) {
      if (missing.includes(String(name))) return undefined;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

const KINDS: Record<string, (adapter: MemoryAdapter) => PipelineAdapter> = {
  'an adapter that imports by itself': (adapter) => adapter,
  'any adapter': (adapter) => withOnly(adapter, ['exportAll', 'importAll']),
};

const rejection = async (promise: Promise<unknown>): Promise<PipelineError> => {
  try {
    await promise;
  } catch (thrown) {
    expect(thrown).to.be.instanceOf(PipelineError);
    return thrown as PipelineError;
  }
  throw new Error('it did not reject');
};

/** What an adapter has, as its public methods tell. */
async function contentOf(adapter: PipelineAdapter): Promise<unknown> {
  const { items } = await adapter.listStatuses();
  const ids: string[] = [];
  for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
    const page: FindPage = await adapter.find!({
      of: 'conversation',
      filter: { op: 'any-of', statusIds: [] },
      pageSize: 200,
      ...(pageToken ? { pageToken } : {}),
    });
    ids.push(...page.ids);
    pageToken = page.nextPageToken;
  }
  const entries = await adapter.getEntries(ids);
  const counts = await adapter.count!({ of: 'contact' });
  return {
    statuses: items.map(({ id, name, color }) => ({ id, name, color })),
    conversations: ids.map((id) => [id, entries.get(id)!.contactId, entries.get(id)!.statusId]),
    counts: [[...counts.byStatus].sort(), counts.none],
  };
}

describe('export', () => {
  it('is one JSON object a line, the statuses in order before the conversations', async () => {
    const text = await textOf(exportPipeline(await filled()));
    expect(text.endsWith('\n')).to.equal(true);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).to.deep.equal({ type: 'pipeline', format: 'pipeline-elements', version: 1 });
    expect(lines.slice(1, 3).map(({ id }) => id)).to.deep.equal(['won', 'leads']);
    expect(lines.slice(3, -1).map(({ conversationId }) => conversationId)).to.deep.equal([
      'c-4',
      'c-3',
      'c-2',
      'c-1',
      'c-0',
    ]);
    expect(lines.at(-1)).to.deep.equal({ type: 'end', statuses: 2, conversations: 5 });
    const moved = lines.find(({ conversationId }) => conversationId === 'c-2')!;
    expect(moved['statusId']).to.equal('won');
    const history = moved['history'] as { from: unknown; to: unknown; by: unknown }[];
    expect(history.map(({ from, to, by }) => [from, to, by])).to.deep.equal([
      [null, 'leads', 'ani'],
      ['leads', 'won', 'ani'],
    ]);
  });

  it('reports progress, and has every conversation of many pages once', async () => {
    const calls: number[] = [];
    const text = await textOf(exportPipeline(await filled(450), { onProgress: (done) => calls.push(done) }));
    const ids = text.match(/"conversationId":"[^"]+"/g)!;
    expect(new Set(ids).size).to.equal(450);
    expect(ids.length).to.equal(450);
    expect(calls.at(-1)).to.equal(450);
    expect(calls).to.deep.equal([...calls].sort((a, b) => a - b));
  });

  it('fails with "aborted" once its signal is aborted', async () => {
    const controller = new AbortController();
    const stream = exportPipeline(await filled(450), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect((await rejection(textOf(stream))).code).to.equal('aborted');
  });

  it('fails with the error of the adapter', async () => {
    const adapter = await filled();
    await adapter.close();
    expect((await rejection(textOf(exportPipeline(adapter)))).code).to.equal('aborted');
  });

  it('of an adapter that cannot list its conversations takes their ids', async () => {
    const adapter = withOnly(await filled(), ['find', 'exportAll']);
    expect((await rejection(textOf(exportPipeline(adapter)))).field).to.equal('conversationIds');
    const text = await textOf(exportPipeline(adapter, { conversationIds: ['c-1', 'c-3', 'unknown'] }));
    expect(text.match(/"conversationId":"[^"]+"/g)).to.have.length(3);
  });
});

describe('export as CSV', () => {
  it('quotes what needs it, and runs nothing as a formula', async () => {
    const adapter = await filled(3);
    await adapter.setStatus([{ conversationId: '=HYPERLINK("x")', contactId: '+62812' }], 'won');
    const csv = await textOf(exportCsv(adapter));
    const [head, ...rows] = csv.split('\r\n');
    expect(head!.replace(/^\uFEFF/, '')).to.equal('conversation,contact,status,since,last activity');
    expect(rows.find((row) => row.startsWith('c-0'))).to.match(/^c-0,p-0,Leads,\d{4}-\d\d-\d\dT[\d:.]+Z,/);
    expect(rows.find((row) => row.includes('HYPERLINK'))).to.match(/^"'=HYPERLINK\(""x""\)",'\+62812,"Won, at last",/);
    expect(rows.at(-1)).to.equal('');
  });
});

describe('import', () => {
  const file = (...lines: unknown[]): string =>
    [
      { type: 'pipeline', format: 'pipeline-elements', version: 1 },
      ...lines,
      {
        type: 'end',
        statuses: lines.filter((line) => (line as { type: string }).type === 'status').length,
        conversations: lines.filter((line) => (line as { type: string }).type === 'conversation').length,
      },
    ]
      .map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
      .join('\n');
  const status = (more: object = {}): object => ({ type: 'status', ...LEADS, ...more });
  const conversation = (more: object = {}): object => ({
    type: 'conversation',
    conversationId: 'c-1',
    statusId: 'leads',
    ...more,
  });

  for (const [name, make] of Object.entries(KINDS)) {
    it(`${name}: a copy has the same content`, async () => {
      const from = make(await filled(450));
      const to = make(new MemoryAdapter());
      const result = await importPipeline(to, exportPipeline(from));
      expect(result).to.deep.equal({ statuses: 2, conversations: 450 });
      expect(await contentOf(to)).to.deep.equal(await contentOf(from));
    });

    it(`${name}: importing twice changes nothing more`, async () => {
      const to = make(new MemoryAdapter());
      const text = await textOf(exportPipeline(await filled()));
      await importPipeline(to, text);
      const once = await contentOf(to);
      await importPipeline(to, text);
      expect(await contentOf(to)).to.deep.equal(once);
    });

    it(`${name}: replaces what has the same id, and keeps everything else`, async () => {
      const to = make(await filled());
      await to.createStatus({ id: 'mine', name: 'Mine', color: '#000000', after: null });
      const text = file(
        status({ id: 'new', name: 'New' }),
        status({ name: 'Prospects' }),
        conversation({ conversationId: 'c-4', statusId: 'new' }),
      );
      await importPipeline(to, text);
      const { items } = await to.listStatuses();
      expect(items.map(({ name }) => name)).to.deep.equal(['Mine', 'Won, at last', 'New', 'Prospects']);
      const entries = await to.getEntries(['c-0', 'c-3', 'c-4']);
      expect([...entries.values()].map(({ statusId }) => statusId)).to.deep.equal(['leads', 'won', 'new']);
    });

    it(`${name}: nothing is left of an import that is aborted`, async () => {
      const text = await textOf(exportPipeline(await filled(450)));
      const source = await filled(2);
      const before = await contentOf(source);
      const controller = new AbortController();
      const adapter = make(source);
      const set = adapter.setStatus.bind(adapter);
      // Aborted when the first conversations have been written already, or else right before.
      adapter.setStatus = (...args) => set(...args).finally(() => controller.abort());
      if (name !== 'any adapter') controller.abort();
      const error = await rejection(importPipeline(adapter, text, { signal: controller.signal }));
      expect(error.code).to.equal('aborted');
      const after = (await contentOf(source)) as { conversations: [string, unknown, unknown][] };
      // An adapter that does not import by itself may know the conversations by then, without a status.
      after.conversations = after.conversations.filter(([id]) => ['c-0', 'c-1'].includes(id));
      expect({ ...after, counts: 0 }).to.deep.equal({ ...(before as object), counts: 0 });
    });
  }

  it('keeps histories, times, and deleted statuses that histories name', async () => {
    const from = await filled();
    const [, leads] = (await from.listStatuses()).items;
    await from.deleteStatus('leads', { ifVersion: leads!.version, moveTo: null });
    const to = new MemoryAdapter();
    await importPipeline(to, exportPipeline(from));
    const ids = ['c-0', 'c-2', 'c-4'];
    const [before, after] = await Promise.all([from.getEntries(ids), to.getEntries(ids)]);
    for (const id of ids) {
      expect(after.get(id)!.changedAt).to.equal(before.get(id)!.changedAt);
      expect(await to.history(id)).to.deep.equal(await from.history(id));
    }
    expect(await textOf(exportPipeline(to))).to.equal(await textOf(exportPipeline(from)));
    expect((await to.listStatuses()).items.map(({ id }) => id)).to.deep.equal(['won']);
  });

  it('takes a stream of pieces that end anywhere, texts, blobs and iterables', async () => {
    const bytes = new TextEncoder().encode(file(status({ name: 'Größe 👩‍👩‍👧' }), conversation()));
    const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, n) => bytes.slice(n * 7, n * 7 + 7));
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    });
    const text = new TextDecoder().decode(bytes);
    for (const source of [stream, pieces, text, `\uFEFF${text}`, new Blob([bytes]), text.replaceAll('\n', '\r\n')]) {
      const adapter = new MemoryAdapter();
      await importPipeline(adapter, source);
      expect((await adapter.listStatuses()).items.map(({ name }) => name)).to.deep.equal(['Größe 👩‍👩‍👧']);
    }
  });

  const broken: Record<string, [string, number, string | undefined]> = {
    'not JSON': [file(status(), '{"type":'), 3, 'line'],
    'an unknown type': [file({ type: 'contact' }), 2, 'type'],
    'an invalid color': [file(status({ color: 'red' })), 2, 'color'],
    'a name that is there twice': [file(status(), status({ id: 'b', name: 'LEADS' })), 3, 'name'],
    'a status that is there twice': [file(status(), status({ name: 'B' })), 3, 'id'],
    'a conversation that is there twice': [file(status(), conversation(), conversation()), 4, 'conversationId'],
    'a status id with a slash': [file(status({ id: 'a/b' })), 2, 'id'],
    'a status that the file does not have': [file(conversation()), 2, 'statusId'],
    'an invalid history': [file(status(), conversation({ history: [{ at: 'now' }] })), 3, 'history[0].at'],
    'a newer version': ['{"type":"pipeline","format":"pipeline-elements","version":2}\n', 1, 'version'],
    'another format': ['{"a":1}\n', 1, 'type'],
    'an empty file': ['', 1, undefined],
    'a missing end': [file(status()).split('\n').slice(0, -1).join('\n'), 2, undefined],
    'a missing line': [
      file(status(), conversation()).replace(/\n.*conversation"[^\n]*"c-1"[^\n]*/, ''),
      3,
      'conversations',
    ],
  };
  for (const [what, [text, line, field]] of Object.entries(broken)) {
    it(`reports the line of ${what}, and imports nothing`, async () => {
      const adapter = new MemoryAdapter();
      const error = (await rejection(importPipeline(adapter, text))) as ImportError;
      expect(error).to.be.instanceOf(ImportError);
      expect(error.code).to.equal('invalid');
      expect(error.problems[0]!.line).to.equal(line);
      expect(error.problems[0]!.field).to.equal(field);
      expect(error.message).to.contain(`Line ${line}:`);
      expect((await adapter.listStatuses()).items).to.deep.equal([]);
    });
  }

  it('reports every line with a problem', async () => {
    const text = file(status({ color: 'red' }), status({ id: 'b', name: '' }), conversation({ statusId: null }));
    const { problems, count } = (await rejection(importPipeline(new MemoryAdapter(), text))) as ImportError;
    expect(problems.map(({ line, field }) => [line, field])).to.deep.equal([
      [2, 'color'],
      [3, 'name'],
    ]);
    expect(count).to.equal(2);
  });

  it('rejects bytes that are not UTF-8', async () => {
    const error = await rejection(importPipeline(new MemoryAdapter(), [new Uint8Array([0x7b, 0xff])]));
    expect(error.field).to.equal('file');
  });
});
