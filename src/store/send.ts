import type { PipelineAdapter } from '../adapters/adapter.js';
import { type SetResult, parseEntry } from '../model/entry.js';
import { PipelineError } from '../model/errors.js';
import { newId, type Id } from '../model/id.js';
import { type Status, contentOf, parseStatus, sameContent } from '../model/status.js';
import type { Operation } from './operations.js';

/** What the adapter confirmed, rebuilt field by field, and what the caller is told. */
export interface Outcome {
  result: unknown;
  statuses?: readonly Status[];
  deleted?: { id: Id; moveTo: Id | null };
  /** Conversations changed that the answer does not list. */
  others?: boolean;
  results?: readonly SetResult[];
}

/** Calls the adapter for one operation. `checkSession` throws when the session of the operation is over. */
export async function send(
  adapter: PipelineAdapter,
  { intent, opId, conversations, superseded }: Operation,
  confirmed: ReadonlyMap<Id, Status>,
  checkSession: () => void,
): Promise<Outcome> {
  switch (intent.kind) {
    case 'create': {
      const { id, after } = intent;
      const data = { id, ...contentOf(intent), ...(after === undefined ? {} : { after }) };
      const status = parseStatus(await adapter.createStatus(data, { opId }));
      return { result: status, statuses: [status] };
    }
    case 'update': {
      const { id, patch, base } = intent;
      const update = (options: Versioned): Promise<Status> => {
        checkSession();
        return adapter.updateStatus(id, patch, options);
      };
      const status = parseStatus(await withVersion(opId, base, confirmed.get(id), update));
      return { result: status, statuses: [status] };
    }
    case 'move': {
      const rows = await adapter.moveStatus(intent.id, intent.after, { opId });
      return { result: undefined, statuses: rows.map(parseStatus) };
    }
    case 'delete': {
      const { id, moveTo, base } = intent;
      const where = moveTo === undefined ? {} : { moveTo };
      const result = await withVersion(opId, base, confirmed.get(id), (options) => {
        checkSession();
        return adapter.deleteStatus(id, { ...where, ...options });
      });
      return { result, deleted: { id, moveTo: moveTo ?? null }, others: true };
    }
    case 'restore': {
      if (!adapter.restoreStatus) {
        throw new PipelineError('unknown', 'This adapter cannot undo a delete: it has no restoreStatus().');
      }
      const { status, restored } = await adapter.restoreStatus(intent.id, { opId });
      const row = parseStatus(status);
      return { result: { status: row, restored }, statuses: [row], others: true };
    }
    case 'set': {
      const options = intent.ifVersion === undefined ? { opId } : { opId, ifVersion: intent.ifVersion };
      const answers = await adapter.setStatus([...conversations.values()], intent.statusId, options);
      const results = answers.map((each) => (each.ok ? { ...each, entry: parseEntry(each.entry) } : each));
      return { result: [...results, ...superseded], results };
    }
  }
}

interface Versioned {
  opId: string;
  ifVersion: number;
}

/**
 * Calls with the version that the edit began from. When only the place in the order changed since, or what changed was
 * our own doing, there is nothing to disagree about: the call goes out with the version of now. Then as another call:
 * under the same `opId` a server may keep to its refusal.
 */
async function withVersion<T>(
  opId: string,
  base: Status,
  held: Status | undefined,
  call: (options: Versioned) => Promise<T>,
): Promise<T> {
  const agrees = (status: Status | undefined): status is Status =>
    !!status && !status.deleted && sameContent(status, base);
  // Version 0: its creation was still pending when the edit began, so all it became since is our own.
  const ours = held && base.version === 0;
  try {
    return await call({ opId, ifVersion: ours || agrees(held) ? held.version : base.version });
  } catch (thrown) {
    const current = thrown instanceof PipelineError && thrown.code === 'conflict' ? thrown.current : undefined;
    if (!agrees(current as Status | undefined)) throw thrown;
    return call({ opId: newId(), ifVersion: (current as Status).version });
  }
}
