/** Verifies the server's change log against what users asked for and what was confirmed to them. */
import assert from 'node:assert/strict';
import { MemoryAdapter } from '../../src/adapters/memory.js';
import type { Entry, SetResult } from '../../src/model/entry.js';
import type { Id } from '../../src/model/id.js';
import type { Status } from '../../src/model/status.js';
import { CONVERSATIONS } from './actions.js';
import type { WriteCall } from './recorder.js';

/** A row of the server's change log. */
export interface LogLine {
  seq: number;
  kind: 'status' | 'entry' | 'reset';
  record: string | null;
  opId: string;
}

const IDS = CONVERSATIONS.map(({ conversationId }) => conversationId);

/**
 * Replays the server's change log, which is the order in which writes were done, on a `MemoryAdapter`. It must accept
 * each write with the same result.
 */
export class LogVerifier {
  readonly #memory = new MemoryAdapter();
  readonly #calls: ReadonlyMap<string, WriteCall>;
  /** Every status record that ever existed, by version. */
  readonly #records = new Map<number, Status>();
  readonly #versions = new Map<Id, number>();
  readonly #deleted = new Set<Id>();
  readonly #done = new Set<string>();
  /** The status of each conversation after each write, by the versions of the write. */
  readonly #statusIds = new Map<number, Map<Id, Id | null>>();

  constructor(calls: readonly WriteCall[]) {
    this.#calls = new Map(calls.map((call) => [call.options.opId, call]));
  }

  async replay(log: readonly LogLine[]): Promise<void> {
    let previous: number | undefined;
    for (let start = 0; start < log.length;) {
      const { opId } = log[start]!;
      let end = start;
      while (log[end]?.opId === opId) end++;
      for (const { seq } of log.slice(start, end)) {
        assert.ok(previous === undefined || seq === previous + 1, `the log has a gap before ${seq}`);
        previous = seq;
      }
      assert.ok(!this.#done.has(opId), `a write was done twice: ${JSON.stringify(this.#calls.get(opId))}`);
      this.#done.add(opId);
      await this.#redo(opId, log.slice(start, end));
      start = end;
    }
  }

  async #redo(opId: string, lines: readonly LogLine[]): Promise<void> {
    const call = this.#calls.get(opId);
    assert.ok(call, `no user requested the write ${opId}`);
    const { name, args, options } = call;
    const memory = this.#memory;
    const what = JSON.stringify({ name, args, options });
    if (name === 'updateStatus' || name === 'deleteStatus') {
      const id = args[0] as Id;
      assert.equal(options.ifVersion, this.#versions.get(id), `done although the version did not match: ${what}`);
      const held = (await memory.listStatuses()).items.find((each) => each.id === id);
      assert.ok(held, `done to a status that does not exist: ${what}`);
      const { moveTo } = options;
      const own = { ifVersion: held.version, ...(moveTo === undefined ? {} : { moveTo }) };
      if (name === 'updateStatus') await memory.updateStatus(id, args[1] as object, own);
      else await memory.deleteStatus(id, own);
    } else {
      // The server may resolve the version of a pick itself; the log row shows that it was accepted.
      await (memory[name] as (...all: unknown[]) => Promise<unknown>)(...args);
    }
    await this.#compare(lines, what);
  }

  async #compare(lines: readonly LogLine[], what: string): Promise<void> {
    const { items } = await this.#memory.listStatuses();
    const entries = await this.#memory.getEntries(IDS);
    const held = new Map(IDS.map((id) => [id, entries.get(id)?.statusId ?? null]));
    for (const { seq, kind, record } of lines) {
      this.#statusIds.set(seq, held);
      if (kind === 'status') {
        const status = JSON.parse(record!) as Status;
        this.#records.set(seq, status);
        this.#versions.set(status.id, seq);
        if (status.deleted) this.#deleted.add(status.id);
        const own = items.find((each) => each.id === status.id);
        const { id, name, color } = status;
        assert.deepEqual(
          status.deleted ? undefined : { id, name, color },
          own && { id, name: own.name, color: own.color },
          `the server's result differs: ${what}`,
        );
      } else if (kind === 'entry') {
        const { conversationId, statusId } = JSON.parse(record!) as Entry;
        assert.equal(statusId, held.get(conversationId), `the server's result differs: ${what}`);
      }
    }
  }

  /** Verifies that everything confirmed to a user is in the log. */
  checkAnswers(): void {
    for (const call of this.#calls.values()) {
      if (!call.answer?.ok) continue;
      const { name, args, answer } = call;
      const what = `confirmed, but not in the log: ${JSON.stringify(call)}`;
      switch (name) {
        case 'createStatus':
          this.#checkStatus(answer.value as Status, what);
          assert.equal((answer.value as Status).id, (args[0] as { id: Id }).id, what);
          break;
        case 'updateStatus': {
          const status = answer.value as Status;
          this.#checkStatus(status, what);
          assert.deepEqual({ ...status, ...(args[1] as object), id: args[0] }, status, what);
          break;
        }
        case 'moveStatus':
          this.#checkMove(answer.value as Status[], call, what);
          break;
        case 'deleteStatus':
          // A status that never existed counts as deleted.
          assert.ok(this.#deleted.has(args[0] as Id) || !this.#versions.has(args[0] as Id), what);
          break;
        case 'restoreStatus':
          this.#checkStatus((answer.value as { status: Status }).status, what);
          break;
        case 'setStatus':
          for (const result of answer.value as SetResult[]) if (result.ok) this.#checkEntry(result.entry, call, what);
      }
    }
  }

  #checkStatus(status: Status, what: string): void {
    assert.deepEqual(status, this.#records.get(status.version), what);
  }

  #checkMove(order: readonly Status[], { args: [id, after], options }: WriteCall, what: string): void {
    for (const status of order) this.#checkStatus(status, what);
    // Not in the log, so the conversation already had the status.
    if (this.#done.has(options.opId)) return;
    const place = order.findIndex((each) => each.id === id);
    if (after === null) assert.equal(place, 0, what);
    else if (order.some((each) => each.id === after) && after !== id) assert.equal(order[place - 1]?.id, after, what);
  }

  #checkEntry({ conversationId, statusId, version }: Entry, { args }: WriteCall, what: string): void {
    assert.equal(statusId, args[1], what);
    // Version 0: the conversation never had a status and was not given one.
    const held = version === 0 && statusId === null ? null : this.#statusIds.get(version)?.get(conversationId);
    assert.equal(held, statusId, what);
  }

  /** The state that everyone must see in the end. */
  async state(): Promise<{
    statuses: unknown[];
    entries: Record<Id, Id | null>;
    contacts: Record<Id, Id | null>;
  }> {
    const { items } = await this.#memory.listStatuses();
    const entries = await this.#memory.getEntries(IDS);
    return {
      statuses: items.map(({ id, name, color }) => ({ id, name, color })),
      entries: Object.fromEntries(IDS.map((id) => [id, entries.get(id)?.statusId ?? null])),
      contacts: Object.fromEntries(IDS.map((id) => [id, entries.get(id)?.contactId ?? null])),
    };
  }
}
