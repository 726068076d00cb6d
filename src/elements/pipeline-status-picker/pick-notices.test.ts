/** Tests of what stands beside the pill: slow changes, failed ones of any conversation, and invalid ids. */
import { expect, fixture, html } from '@open-wc/testing';
import { announced, byRole, deepActiveElement, nextEvent, queryByRole, until } from '../../../test/support.js';
import type { CallOptions } from '../../adapters/adapter.js';
import { RestAdapter } from '../../adapters/rest/adapter.js';
import { BASE, WireServer, networkError, problem as problemResponse } from '../../adapters/rest/test-wire.js';
import type { MemoryAdapter } from '../../adapters/memory.js';
import type { ConversationRef, SetResult } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';
import {
  hold,
  option,
  pick,
  picker,
  pipeline,
  press,
  problem,
  ready,
  shown,
  statusOf,
  trigger,
} from './test-picker.js';

const FORBIDDEN = new PipelineError('forbidden', 'no');
const STILL_LEADS = 'Status not changed. Still Leads. You are not allowed to do this.';

const waiting = (element: Element): string | undefined =>
  element.shadowRoot!.querySelector('#waiting')?.textContent?.trim();
const dismissal = (element: Element): HTMLElement | undefined => queryByRole(element, 'button', 'Dismiss');

/** A pipeline in which these conversations are in Leads. */
async function leads(...ids: string[]): Promise<MemoryAdapter> {
  const adapter = await pipeline();
  await adapter.setStatus(
    ids.map((conversationId) => ({ conversationId })),
    'leads',
  );
  return adapter;
}

/** A picker that picked Purchase for `c-1`, and the write, which the test refuses. */
async function picked(adapter: MemoryAdapter): Promise<{ element: PipelineStatusPicker; refuse(): void }> {
  const element = await picker(adapter, 'c-1');
  const writes = hold(adapter);
  await pick(element, 'Purchase');
  await until(() => writes.length === 1);
  return { element, refuse: () => writes[0]!.refuse(FORBIDDEN) };
}

/** Everything that was announced, in order. */
function announcements(): string[] {
  const texts: string[] = [];
  const observer = new MutationObserver(() => announced() && texts.push(announced()));
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  after(() => observer.disconnect());
  return texts;
}

describe('<pipeline-status-picker> notices', () => {
  describe('of a slow change', () => {
    it('says "Saving…" in every picker of the conversation, announced once by the one that was used', async () => {
      const adapter = await leads('c-1');
      const [element, other] = [await picker(adapter, 'c-1'), await picker(adapter, 'c-1')];
      const texts = announcements();
      const writes = hold(adapter);
      await pick(element, 'Purchase');
      await element.updateComplete;
      expect(waiting(element), 'a fast write shows nothing').to.equal(undefined);
      await until(() => waiting(element) === 'Saving…' && waiting(other) === 'Saving…');
      await until(() => announced() === 'Saving…');
      other.requestUpdate();
      element.requestUpdate();
      await element.updateComplete;
      writes[0]!.go();
      await until(() => announced() === 'Status changed to Purchase.');
      await until(() => waiting(element) === undefined && waiting(other) === undefined);
      expect(texts.filter((text) => text === 'Saving…').length).to.equal(1);
    });

    it('says what the adapter waits for, with the time in the language of the element, each announced once', async () => {
      const adapter = await leads('c-1');
      const element = await picker(adapter, 'c-1');
      element.locale = 'en-GB';
      const texts = announcements();
      let onWait: CallOptions['onWait'];
      let answer!: () => void;
      const write = adapter.setStatus.bind(adapter);
      adapter.setStatus = async (refs, statusId, options) => {
        ({ onWait } = options!);
        onWait!({ reason: 'offline' });
        await new Promise<void>((resolve) => (answer = resolve));
        return write(refs, statusId, options);
      };
      await pick(element, 'Purchase');
      await until(() => waiting(element) === 'Waiting for connection');
      await until(() => announced() === 'Waiting for connection');
      const at = new Date();
      at.setDate(at.getDate() + 1);
      at.setHours(14, 5);
      onWait!({ reason: 'retry', at: at.getTime() });
      await until(() => waiting(element) === 'Retrying at 14:05');
      await until(() => announced() === 'Retrying at 14:05');
      onWait!({ reason: 'offline' });
      await until(() => waiting(element) === 'Waiting for connection');
      onWait!({ reason: 'retry', at: Date.now() + 500 });
      await until(() => waiting(element) === 'Saving…', 'a short pause to count as saving');
      onWait!({ reason: 'sign-in' });
      await until(() => waiting(element) === 'Waiting for you to sign in');
      element.locale = 'id';
      await until(() => waiting(element) === 'Menunggu Anda masuk');
      answer();
      await until(() => waiting(element) === undefined);
      expect(texts.filter((text) => text === 'Waiting for connection').length).to.equal(1);
    });

    it('describes the pill, is shown in each place and size, and a read-only picker has it too', async () => {
      const adapter = await leads('c-1');
      const element = await picker(adapter, 'c-1');
      const looks: Partial<PipelineStatusPicker>[] = [
        { size: 'small' },
        { placement: 'details' },
        { placement: 'composer' },
        { readonly: true },
      ];
      const others = looks.map((look) =>
        Object.assign(document.createElement('pipeline-status-picker'), { adapter, conversationId: 'c-1' }, look),
      );
      element.after(...others);
      hold(adapter);
      await pick(element, 'Purchase');
      for (const each of [element, ...others]) {
        await until(() => waiting(each) === 'Saving…');
        const { width, height } = each.shadowRoot!.querySelector('#waiting')!.getBoundingClientRect();
        expect(width > 20 && height > 8).to.equal(true);
      }
      expect(trigger(element).getAttribute('aria-describedby')).to.equal('waiting');
      for (const each of others) each.remove();
    });

    it('says that the REST adapter has no connection, or until when the server asked it to wait', async () => {
      const server = new WireServer();
      await server.adapter.createStatus({ id: 'leads', name: 'Leads', color: '#2775f8' });
      const adapter = new RestAdapter({ baseUrl: BASE, fetch: server.fetch });
      const element = await fixture<PipelineStatusPicker>(html`
        <pipeline-status-picker .adapter=${adapter} conversation-id="c-1" locale="en-GB"></pipeline-status-picker>
      `);
      await ready(element);
      server.faults.before = ({ method }) => (method === 'PUT' ? networkError() : undefined);
      await pick(element, 'Leads');
      await until(() => waiting(element) === 'Waiting for connection');
      server.faults.before = ({ method }) =>
        method === 'PUT' ? problemResponse(503, 'unavailable', {}, { 'retry-after': '50' }) : undefined;
      await until(() => /^Retrying at \d\d:\d\d$/.test(waiting(element) ?? ''));
      await adapter.close();
      await until(() => waiting(element) === undefined);
    });

    it('is not announced again when the picker comes back to the conversation, which still shows it', async () => {
      const adapter = await leads('c-1', 'c-2');
      const { element, refuse } = await picked(adapter);
      await until(() => announced() === 'Saving…');
      element.conversationId = 'c-2';
      await until(() => waiting(element) === undefined && shown(element) === 'Leads');
      const texts = announcements();
      element.conversationId = 'c-1';
      await until(() => waiting(element) === 'Saving…');
      expect(texts).to.deep.equal([]);
      refuse();
    });
  });

  describe('of a failed change', () => {
    it('is announced with its conversation, and shown when that is shown again, also by another picker', async () => {
      const adapter = await leads('c-1', 'c-2');
      const { element, refuse } = await picked(adapter);
      element.conversationId = 'c-2';
      await ready(element);
      const failed = nextEvent(element, 'pipeline-error');
      refuse();
      expect((await failed).conversationIds).to.deep.equal(['c-1']);
      await until(() => announced() === `Conversation c-1: ${STILL_LEADS}`);
      await element.updateComplete;
      expect(problem(element)).to.equal(undefined);
      const other = await picker(adapter, 'c-1');
      await until(() => problem(other) === STILL_LEADS);
      element.conversationId = 'c-1';
      await until(() => problem(element) === STILL_LEADS);
      expect(trigger(element).getAttribute('aria-describedby')).to.equal('error');
      dismissal(other)!.click();
      await until(() => problem(element) === undefined && problem(other) === undefined);
    });

    it('is announced together with others that fail at the same moment', async () => {
      const adapter = await leads('c-1', 'c-2', 'c-3');
      const elements = [await picker(adapter, 'c-1'), await picker(adapter, 'c-2')];
      const writes = hold(adapter);
      for (const element of elements) await pick(element, 'Purchase');
      for (const element of elements) {
        element.conversationId = 'c-3';
        await ready(element);
      }
      for (const write of writes) write.refuse(FORBIDDEN);
      await until(() => announced() === `Conversation c-1: ${STILL_LEADS} Conversation c-2: ${STILL_LEADS}`);
    });

    it('names the conversation as the page did when it was changed', async () => {
      const adapter = await leads('c-1', 'c-2');
      const label = await fixture<HTMLLabelElement>(html`<label for="budi">Budi Santoso</label>`);
      const element = await picker(adapter, 'c-1');
      element.id = 'budi';
      const writes = hold(adapter);
      await pick(element, 'Purchase');
      element.conversationId = 'c-2';
      label.textContent = 'Citra';
      await ready(element);
      writes[0]!.refuse(FORBIDDEN);
      await until(() => announced() === `Conversation c-1 (Budi Santoso): ${STILL_LEADS}`);
    });

    it('reaches the page when the picker has been removed, once at each place', async () => {
      const adapter = await leads('c-1');
      const { element, refuse } = await picked(adapter);
      const list = element.parentElement!;
      const heard: string[] = [];
      const handle = ({ conversationIds }: { conversationIds: readonly string[] }): void =>
        void heard.push(conversationIds.join());
      for (const place of [element, list]) place.addEventListener('pipeline-error', handle);
      element.remove();
      refuse();
      await until(() => announced() === `Conversation c-1: ${STILL_LEADS}`);
      expect(heard).to.deep.equal(['c-1', 'c-1']);
      const next = await picker(adapter, 'c-1');
      await until(() => problem(next) === STILL_LEADS);
    });

    it('disappears when the conversation gets another status, and focus stays in the picker', async () => {
      const adapter = await leads('c-1');
      const write = adapter.setStatus.bind(adapter);
      const { element, refuse } = await picked(adapter);
      refuse();
      await until(() => problem(element) === STILL_LEADS);
      dismissal(element)!.focus();
      await write([{ conversationId: 'c-1' }], 'repurchase');
      await until(() => problem(element) === undefined);
      expect(shown(element)).to.equal('Repurchase');
      expect(deepActiveElement() === trigger(element)).to.equal(true);
    });

    it('disappears at the next change from any picker, and never says that a pending status is the one it still has', async () => {
      const adapter = await leads('c-1');
      const { element, refuse } = await picked(adapter);
      const other = await picker(adapter, 'c-1');
      refuse();
      await until(() => problem(element) === STILL_LEADS);
      const messages = new Set<string | undefined>();
      const writes = hold(adapter);
      const observer = new MutationObserver(() => messages.add(problem(element)));
      observer.observe(element.shadowRoot!, { subtree: true, childList: true, characterData: true });
      await pick(other, 'Repurchase');
      await until(() => shown(element) === 'Repurchase' && problem(element) === undefined);
      writes[0]!.refuse(FORBIDDEN);
      await until(() => problem(element) === STILL_LEADS);
      observer.disconnect();
      expect([...messages].filter((text) => text?.includes('Repurchase'))).to.deep.equal([]);
    });

    it('is not shown for a change that a later one of another picker has superseded', async () => {
      const adapter = await leads('c-1');
      const { element, refuse } = await picked(adapter);
      const other = await picker(adapter, 'c-1');
      const failed = nextEvent(element, 'pipeline-error');
      await pick(other, 'Repurchase');
      refuse();
      await failed;
      await element.updateComplete;
      expect([problem(element), problem(other), shown(element)]).to.deep.equal([undefined, undefined, 'Repurchase']);
    });

    for (const [way, dismiss] of [
      ['its button', async (element: PipelineStatusPicker) => dismissal(element)!.click()],
      ['Escape on the pill', async () => press('Escape')],
      [
        'the keyboard',
        async () => {
          await press('Tab', 'Enter');
        },
      ],
    ] as const) {
      it(`is dismissed with ${way}, and focus is on the pill; a dialog around it stays open`, async () => {
        const adapter = await leads('c-1');
        const dialog = await fixture<HTMLDialogElement>(html`<dialog></dialog>`);
        const { element, refuse } = await picked(adapter);
        dialog.append(element);
        dialog.showModal();
        await ready(element);
        refuse();
        await until(() => problem(element) === STILL_LEADS);
        trigger(element).focus();
        await dismiss(element);
        await until(() => problem(element) === undefined);
        expect(deepActiveElement() === trigger(element)).to.equal(true);
        expect([dialog.open, element.matches(':state(error)')]).to.deep.equal([true, false]);
      });
    }

    it('is tried again with a button where that may help', async () => {
      const adapter = await leads('c-1');
      const element = await picker(adapter, 'c-1');
      const write = adapter.setStatus.bind(adapter);
      const writes = hold(adapter);
      await pick(element, 'Purchase');
      writes[0]!.refuse(new PipelineError('unavailable', 'down'));
      adapter.setStatus = write;
      (await until(() => queryByRole(element, 'button', 'Try again'))).click();
      await until(async () => (await statusOf(adapter, 'c-1')) === 'purchase');
      await until(() => problem(element) === undefined);
      expect(deepActiveElement() === trigger(element)).to.equal(true);
    });

    it('counts those of a selection that were not changed, also when the selection has changed', async () => {
      const adapter = await leads('c-1', 'c-2', 'c-3');
      const element = await picker(adapter, 'c-3');
      element.conversations = [{ conversationId: 'c-1' }, { conversationId: 'c-2' }];
      await ready(element);
      const write = adapter.setStatus.bind(adapter);
      let answer!: () => void;
      adapter.setStatus = async (refs, statusId, options): Promise<readonly SetResult[]> => {
        await new Promise<void>((resolve) => (answer = resolve));
        const rest = await write(refs.slice(1), statusId, options);
        return [{ conversationId: refs[0]!.conversationId, ok: false, error: FORBIDDEN }, ...rest];
      };
      await pick(element, 'Purchase');
      element.conversations = [{ conversationId: 'c-2' }, { conversationId: 'c-3' }];
      const failed = nextEvent(element, 'pipeline-error');
      await until(() => answer);
      answer();
      expect((await failed).conversationIds).to.deep.equal(['c-1']);
      await until(() => announced() === `Conversation c-1: ${STILL_LEADS}`);
      await until(() => shown(element) === 'Mixed');
      expect(problem(element)).to.equal(undefined);
      element.conversations = [{ conversationId: 'c-1' }, { conversationId: 'c-2' }];
      const message = '1 conversation was not changed. You are not allowed to do this.';
      await until(() => problem(element) === message);
    });

    it('of a conversation that was never read does not say which status it has', async () => {
      const adapter = await leads('c-1');
      const element = await picker(adapter, 'c-1');
      Object.assign(adapter, { getEntries: () => new Promise(() => undefined) });
      const writes = hold(adapter);
      element.conversations = [{ conversationId: 'c-9' }];
      await element.updateComplete;
      // The list waits for the conversation, so the change comes from elsewhere on the page.
      const { Mutations } = await import('../../store/mutations.js');
      const { PipelineStore } = await import('../../store/pipeline.js');
      const result = Mutations.of(PipelineStore.of(adapter)).setStatus([{ conversationId: 'c-9' }], 'leads');
      result.catch(() => undefined);
      writes[0]!.refuse(FORBIDDEN);
      await until(() => problem(element) === 'Status not changed. You are not allowed to do this.');
    });
  });

  describe('of invalid ids', () => {
    interface Reported {
      element: PipelineStatusPicker;
      events: string[];
      warnings: string[];
    }

    async function given(adapter: MemoryAdapter, properties: object): Promise<Reported> {
      const events: string[] = [];
      const warnings: string[] = [];
      const { warn } = console;
      console.warn = (...args: unknown[]) => void warnings.push(args.join(' '));
      const page = await fixture<HTMLElement>(html`<div></div>`);
      page.addEventListener('pipeline-error', ({ error, action, conversationIds }) => {
        events.push([error.code, error.field, action, ...conversationIds].join(' '));
      });
      const element = Object.assign(document.createElement('pipeline-status-picker'), { adapter, ...properties });
      page.append(element);
      await until(() => element.matches(':state(error)') && element.shadowRoot!.querySelector('#rejected'));
      element.requestUpdate();
      await element.updateComplete;
      console.warn = warn;
      return { element, events, warnings };
    }

    for (const [what, id, message] of [
      ['empty', '', 'The conversation id “” is not valid: it is empty.'],
      ['reserved', '..', 'The conversation id “..” is not valid: it has characters that are not allowed.'],
      [
        'with a control character',
        'c\n1',
        'The conversation id “c\\n1” is not valid: it has characters that are not allowed.',
      ],
      ['not text', true, 'The conversation id “true” is not valid: it must be text or a whole number.'],
    ] as const) {
      it(`${what}: says which and why instead of offering a list, in one event and one warning`, async () => {
        const adapter = await leads('c-1');
        const { element, events, warnings } = await given(adapter, { conversationId: id });
        expect(problem(element)).to.equal(`The status cannot be shown. ${message}`);
        expect(events).to.deep.equal([`invalid conversationId load ${String(id)}`]);
        expect(warnings.length).to.equal(1);
        expect(element.matches(':state(loading)')).to.equal(false);
        element.show();
        await until(() => element.matches(':state(open)'));
        await element.updateComplete;
        expect(!queryByRole(element, 'option')).to.equal(true);
        element.conversationId = 'c-1';
        await until(() => shown(element) === 'Leads' && !element.matches(':state(error)'));
      });
    }

    it('shortens one that is too long', async () => {
      const { element } = await given(await leads(), { conversationId: `m${'0'.repeat(299)}` });
      expect(problem(element)!.length).to.be.lessThan(200);
      expect(problem(element)!).to.match(/“m0{43}…0{12}” is not valid: it has more than 256 characters\.$/);
    });

    it('writes the valid conversations of a selection, and reports the other', async () => {
      const adapter = await leads();
      const conversations = ['ok-1', '.', 'ok-2'].map((conversationId) => ({ conversationId }));
      const { element, events } = await given(adapter, { conversations });
      expect(problem(element)).to.equal(
        'The conversation id “.” is not valid: it has characters that are not allowed.',
      );
      expect(events).to.deep.equal(['invalid conversationId load .']);
      await pick(element, 'Leads');
      await until(async () => (await statusOf(adapter, 'ok-1')) === 'leads');
      expect(await statusOf(adapter, 'ok-2')).to.equal('leads');
      await until(() => shown(element) === 'Leads');
    });

    it('leaves out a contact that is not valid, and keeps the conversation', async () => {
      const adapter = await leads('good-1');
      const { element, events } = await given(adapter, { conversationId: 'good-1', contactId: '..' });
      expect(problem(element)).to.equal('The contact id “..” is not valid: it has characters that are not allowed.');
      expect(events).to.deep.equal(['invalid contactId load good-1']);
      await ready(element);
      element.show();
      (await option(element, 'Purchase')).click();
      await until(async () => (await statusOf(adapter, 'good-1')) === 'purchase');
    });

    it('does not throw at anything else in a selection', async () => {
      const adapter = await leads('c-1');
      const conversations = [null, 5, { conversationId: 'c-1' }] as unknown as ConversationRef[];
      const { element } = await given(adapter, { conversations });
      await until(() => shown(element) === 'Leads');
      expect(byRole(element, 'combobox', 'Pipeline status').getAttribute('aria-describedby')).to.equal('rejected');
    });
  });
});
