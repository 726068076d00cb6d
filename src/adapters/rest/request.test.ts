/** Where requests go: URLs never leave the base, and ids are escaped. */
import { expect } from '@open-wc/testing';
import { PipelineError } from '../../model/errors.js';
import { RestAdapter } from './adapter.js';
import { BaseUrl } from './request.js';
import { BASE, WireServer, json, scripted } from './test-wire.js';

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('nothing was thrown');
}

describe('URLs of the API', () => {
  it('are under the base URL, with or without a trailing slash', () => {
    for (const base of ['https://a.test/v1/x', 'https://a.test/v1/x/']) {
      expect(new BaseUrl(base).resolve(['statuses', 'a b', 'move'])).to.equal(
        'https://a.test/v1/x/statuses/a%20b/move',
      );
    }
    expect(new BaseUrl('/api').resolve(['counts'], new URLSearchParams({ of: 'contact' }))).to.equal(
      `${location.origin}/api/counts?of=contact`,
    );
  });

  it('do not move when the address of the page changes', () => {
    const base = new BaseUrl('api');
    const { href } = base;
    const before = location.href;
    history.pushState(null, '', '/deep/below/');
    const element = document.head.appendChild(document.createElement('base'));
    element.href = 'https://elsewhere.test/';
    try {
      expect([base.href, base.resolve(['statuses'])]).to.deep.equal([href, `${href}statuses`]);
    } finally {
      element.remove();
      history.replaceState(null, '', before);
    }
  });

  it('never leave the base, whatever their segments are', () => {
    const base = new BaseUrl('https://a.test/v1/x');
    for (const segment of ['..', '.', '../..']) {
      const url = ((): string => {
        try {
          return base.resolve(['statuses', segment]);
        } catch {
          return '';
        }
      })();
      expect(url === '' || url.startsWith('https://a.test/v1/x/statuses/'), segment).to.equal(true);
      expect(new URL(url || 'https://a.test/v1/x/statuses/').pathname.split('/').length).to.be.at.least(4);
    }
    expect(thrownBy(() => base.resolve(['statuses', '..']))).to.be.instanceOf(PipelineError);
    expect(thrownBy(() => base.resolve(['statuses', '.']))).to.be.instanceOf(PipelineError);
    expect(base.resolve(['statuses', '%2e%2e'])).to.equal('https://a.test/v1/x/statuses/%252e%252e');
    expect(base.resolve(['statuses', 'a/b?c#d\\'])).to.equal('https://a.test/v1/x/statuses/a%2Fb%3Fc%23d%5C');
  });

  const wrong = {
    'an empty text': '',
    spaces: '  ',
    'a number': 42,
    'a URL with another scheme': 'ftp://a.test/',
    'a script URL': 'javascript:alert(1)',
    'a URL with a query': 'https://a.test/api?tenant=1',
    'a URL with a fragment': 'https://a.test/api#x',
    'a URL with a user name': 'https://user:secret@a.test/api',
  };
  for (const [what, baseUrl] of Object.entries(wrong)) {
    it(`cannot be built from ${what}`, () => {
      const error = thrownBy(() => new RestAdapter({ baseUrl: baseUrl as string })) as PipelineError;
      expect([error.code, error.field]).to.deep.equal(['invalid', 'baseUrl']);
    });
  }
});

describe('ids in URLs', () => {
  for (const id of ['.', '..', 'a/b', 'a\\b', '', 'a\u0000', 'a\ud800', 'x'.repeat(257)]) {
    it(`rejects ${JSON.stringify(id).slice(0, 12)} without sending anything`, async () => {
      const { fetch, seen } = scripted(() => json({}));
      const adapter = new RestAdapter({ baseUrl: BASE, fetch });
      const calls = [
        () => adapter.moveStatus(id, null),
        () => adapter.moveStatus('a', id),
        () => adapter.updateStatus(id, {}, { ifVersion: 1 }),
        () => adapter.deleteStatus(id, { ifVersion: 1 }),
        () => adapter.deleteStatus('a', { ifVersion: 1, moveTo: id }),
        () => adapter.restoreStatus(id),
        () => adapter.history(id),
        () => adapter.setStatus([{ conversationId: id }], 'a'),
        () => adapter.setStatus([{ conversationId: 'c1' }], id),
        () => adapter.getEntries([id]),
        () => adapter.getContacts([id]),
        () => adapter.find({ of: 'conversation', filter: { op: 'any-of', statusIds: [id] } }),
      ];
      for (const call of calls) {
        const error = await call().catch((thrown: unknown) => thrown);
        expect((error as PipelineError).code, call.toString()).to.equal('invalid');
      }
      expect(seen).to.have.length(0);
    });
  }

  for (const id of [
    '+6281234567890@s.whatsapp.net',
    '%2e%2e',
    '%2F',
    '...',
    'a b',
    '?x=1&y#z',
    '__proto__',
    'ü😀',
    "'()*!~",
  ]) {
    it(`sends and receives ${id}`, async () => {
      const server = new WireServer();
      const adapter = new RestAdapter({ baseUrl: BASE, fetch: server.fetch });
      const { version } = await adapter.createStatus({ id, name: 'A', color: '#2775f8' });
      const [result] = await adapter.setStatus([{ conversationId: id, contactId: id }], id);
      expect(result).to.deep.include({ conversationId: id, ok: true });
      expect((await adapter.getEntries([id])).get(id)!.statusId).to.equal(id);
      expect((await adapter.getContacts([id])).get(id)).to.deep.equal({ statusIds: [id], latest: id });
      expect((await adapter.count({ of: 'conversation' })).byStatus.get(id)).to.equal(1);
      expect((await adapter.find({ of: 'contact', filter: { op: 'any-of', statusIds: [id] } })).ids).to.deep.equal([
        id,
      ]);
      expect(await adapter.history(id)).to.have.length(1);
      expect(await adapter.deleteStatus(id, { ifVersion: version, moveTo: null })).to.deep.equal({ moved: 1 });
      expect((await adapter.restoreStatus(id)).restored).to.equal(1);
      for (const { path } of server.seen) expect(path.split('/').length).to.be.at.most(4);
      expect(Object.keys(Object.prototype)).to.deep.equal([]);
    });
  }
});
