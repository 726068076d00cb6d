/** Writes the statuses of conversations: in order, in batches, and without a network later. */
import { PipelineError } from '../../model/errors.js';
import { type ConversationRef, type Entry, type SetResult, parseEntry } from '../../model/entry.js';
import type { Id } from '../../model/id.js';
import { BATCH_SIZE, aFewAtOnce, inBatches } from './batches.js';
import type { Environment } from './environment.js';
import type { Call, Http } from './http.js';
import type { Keys } from './keys.js';
import { Lanes } from './lanes.js';
import { MAX_AGE, type Outbox } from './outbox.js';
import type { BaseUrl } from './paths.js';
import type { Records } from './records.js';
import type { SessionMark } from './session.js';

/** Requests that are kept for one session that has ended. */
const MAX_KEPT = 500;

type Refs = readonly ConversationRef[];

export interface SetCall {
  refs: Refs;
  statusId: Id | null;
  ifVersion: number | undefined;
  opId: string;
  signal: AbortSignal;
  mark: SessionMark;
}

/** One request of a call. */
interface Part {
  call: SetCall;
  key: string;
  /** When it was made, milliseconds since the epoch. */
  since: number;
}

export class SetStatus {
  readonly #http: Http;
  readonly #base: BaseUrl;
  readonly #records: Records;
  readonly #outbox: Outbox;
  readonly #keys: Keys;
  readonly #environment: Environment;
  readonly #lanes = new Lanes();
  readonly #running = new Set<Part>();
  /** Unfinished requests of sessions that have ended, by the server's name for the session. */
  readonly #kept = new Map<string, Part[]>();
  #asked = 0;

  constructor(http: Http, base: BaseUrl, records: Records, outbox: Outbox, keys: Keys, environment: Environment) {
    this.#http = http;
    this.#base = base;
    this.#records = records;
    this.#outbox = outbox;
    this.#keys = keys;
    this.#environment = environment;
  }

  /** One result for each conversation, in order. Rejects when no part of it was accepted. */
  async run(call: SetCall): Promise<SetResult[]> {
    // A conversation named twice is sent once.
    const refs = new Map<Id, ConversationRef>();
    for (const ref of call.refs) refs.set(ref.conversationId, { ...refs.get(ref.conversationId), ...ref });
    // A version is about one conversation, and a batch has no place for it.
    const parts = inBatches([...refs.values()], call.ifVersion === undefined ? BATCH_SIZE : 1);
    const done = await aFewAtOnce(parts, async (part, index) => {
      try {
        const since = this.#environment.now();
        return await this.#inOrder({ call: { ...call, refs: part }, key: this.#keys.of(call.opId, index), since });
      } catch (thrown) {
        return { refused: PipelineError.from(thrown), part };
      }
    });
    const refusals = done.flatMap((each) => ('refused' in each ? [each.refused] : []));
    if (refusals.length && (refusals.length === done.length || call.signal.aborted)) throw refusals[0]!;
    const results = new Map<Id, SetResult>();
    for (const each of done) {
      if (!('refused' in each)) for (const result of each) results.set(result.conversationId, result);
      else {
        for (const { conversationId } of each.part) {
          results.set(conversationId, { conversationId, ok: false, error: each.refused });
        }
      }
    }
    return call.refs.map(({ conversationId }) => results.get(conversationId)!);
  }

  /**
   * Keeps what is unfinished for the session that it was made in. Whoever waits for it is told elsewhere that it was not
   * sent; `resume` sends it when that session is back.
   */
  keep(session: string): void {
    const kept = this.#kept.get(session) ?? [];
    this.#kept.set(session, [...kept, ...this.#running].slice(-MAX_KEPT));
  }

  /** Sends what was kept for a session, as of now its own. */
  resume(session: string): void {
    const kept = this.#kept.get(session) ?? [];
    this.#kept.delete(session);
    for (const part of kept) {
      if (this.#environment.now() - part.since > MAX_AGE) continue;
      const { signal } = new AbortController();
      void this.#inOrder({ ...part, call: { ...part.call, signal, mark: this.#http.mark() } }).catch(
        (thrown: unknown) => {
          // Nobody waits for it any more.
          const ids = part.call.refs.map((ref) => ref.conversationId).join(', ');
          console.warn(`pipeline-elements: a change of an earlier session was not saved (${ids}):`, thrown);
        },
      );
    }
  }

  /** Nothing is kept any more. */
  forget(): void {
    this.#kept.clear();
  }

  async #inOrder(part: Part): Promise<SetResult[]> {
    this.#running.add(part);
    try {
      return await this.#send(part);
    } finally {
      this.#running.delete(part);
    }
  }

  /** After what was asked before about these conversations; a write that goes to the outbox has had its turn. */
  async #send({ call: part, key }: Part): Promise<SetResult[]> {
    const request = this.#request(part, key);
    const send = (): Promise<SetResult[]> => this.#http.send(request);
    const order = this.#asked++;
    const { ends } = await this.#lanes.run(
      part.refs.map((ref) => ref.conversationId),
      async () => {
        try {
          if (this.#outbox.isEmpty) return { ends: Promise.resolve(await send()) };
        } catch (thrown) {
          const error = PipelineError.from(thrown);
          if (error.code === 'timeout') return { ends: Promise.resolve(await this.#lookAfter(part, error)) };
          if (error.code !== 'offline') throw error;
        }
        request.hasWaited = true;
        const sendLater = (signal: AbortSignal): Promise<SetResult[]> => {
          request.signal = signal;
          return send();
        };
        const later = this.#outbox.add(order, sendLater, part.signal);
        later.catch(() => undefined);
        return { ends: later };
      },
    );
    return ends;
  }

  #request(part: SetCall, key: string): Call<SetResult[]> {
    return part.refs.length === 1 ? this.#one(part, part.refs[0]!, key) : this.#many(part, key);
  }

  #one({ statusId, ifVersion, signal, mark }: SetCall, ref: ConversationRef, key: string): Call<SetResult[]> {
    const { conversationId, contactId } = ref;
    const is = (entry: Entry | undefined): boolean => entry?.conversationId === conversationId;
    const accepted = (entry: Entry): SetResult[] => [{ conversationId, ok: true, entry }];
    return {
      method: 'PUT',
      url: this.#base.resolve(['conversations', conversationId, 'status']),
      body: { statusId, ...(contactId === undefined ? {} : { contactId }) },
      ...(ifVersion === undefined ? {} : { headers: () => ({ 'If-Match': `"${ifVersion}"` }) }),
      key,
      signal,
      mark,
      isPatient: true,
      read: (body) => {
        const entry = parseEntry(body);
        if (!is(entry)) throw new PipelineError('bad-response', 'The server answered about another conversation.');
        return accepted(entry);
      },
      landed: ({ current }) => {
        const entry = current as Entry | undefined;
        return is(entry) && agrees(entry!, ref, statusId) ? accepted(entry!) : undefined;
      },
    };
  }

  #many({ refs, statusId, signal, mark }: SetCall, key: string): Call<SetResult[]> {
    return {
      method: 'POST',
      url: this.#base.resolve(['conversations', 'batch-set']),
      body: {
        conversations: refs.map(({ conversationId, contactId }) => ({
          conversationId,
          ...(contactId === undefined ? {} : { contactId }),
        })),
        statusId,
      },
      key,
      signal,
      mark,
      isPatient: true,
      read: (body) => {
        const results = this.#records.results(body);
        return refs.map(({ conversationId }) => results.get(conversationId) ?? unanswered(conversationId));
      },
    };
  }

  /** What became of a write whose answer never came: done after all, or the failure it ended with. */
  async #lookAfter({ refs, statusId, signal, mark }: SetCall, error: PipelineError): Promise<SetResult[]> {
    const ids = refs.map((ref) => ref.conversationId);
    const entries = await this.#http
      .send({
        method: 'POST',
        url: this.#base.resolve(['conversations', 'batch-get']),
        body: { ids },
        signal,
        mark,
        hasWaited: true,
        isHasty: true,
        read: (body) => this.#records.entries(body, new Set(ids)),
      })
      .catch(() => [] as Entry[]);
    const found = new Map(entries.map((entry) => [entry.conversationId, entry]));
    return refs.map((ref) => {
      const { conversationId } = ref;
      const entry = found.get(conversationId);
      if (!entry || !agrees(entry, ref, statusId)) throw error;
      return { conversationId, ok: true, entry };
    });
  }
}

/** Whether an entry already is what a call asked for. */
function agrees(entry: Entry, ref: ConversationRef, statusId: Id | null): boolean {
  return entry.statusId === statusId && (ref.contactId === undefined || entry.contactId === ref.contactId);
}

function unanswered(conversationId: Id): SetResult {
  const error = new PipelineError('bad-response', `The server did not say what became of "${conversationId}".`);
  return { conversationId, ok: false, error };
}
