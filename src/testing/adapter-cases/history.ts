/** Cases about `history`, and about the author of changes. */
import type { HistoryItem } from '../../model/entry.js';
import type { Change } from '../../model/changes.js';
import { COLOR, changesNothing, setStatusOf, currentStatus, createStatuses, rejectsSetStatus } from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, holds } from '../check.js';
import { ChangeRecorder, ofEntry, ofStatus } from '../change-recorder.js';

/** A name that no server has as its own user. */
const [SARI, BUDI] = ['sari of the adapter suite', 'budi of the adapter suite'] as const;

/**
 * Checks the authors of changes. An adapter may give none, or always the signed-in user, whatever `by` of the call is;
 * if it records `by`, it records that of every call.
 */
function checkAuthors(authors: readonly (string | undefined)[], given: readonly string[], where: string): void {
  const isRecorded = authors.some((by) => by === SARI || by === BUDI);
  if (isRecorded) equal(authors, given, `${where} must give the author of each change, as in \`by\` of the call.`);
  const others = new Set(authors);
  holds(isRecorded || others.size <= 1, `${where} must not give one caller several names.`, authors);
  for (const by of others) {
    holds(by === undefined || (by.length > 0 && by.length <= 256), '`by` must have 1 to 256 characters.', by);
  }
}

const steps = (items: readonly HistoryItem[]): string[] => items.map(({ from, to }) => `${from} → ${to}`);

export const historyTopic: Topic = (it) => {
  it('an unknown conversation has no history', ['history'], async ({ adapter }) => {
    equal(await adapter.history('c1'), [], 'history of an unknown conversation must be empty.');
  });

  it('changes are listed oldest first', ['history'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    for (const to of ['a', 'b', null, 'a']) await setStatusOf(adapter, to, 'c1');
    const items = steps(await adapter.history('c1'));
    const all = ['null → a', 'a → b', 'b → null', 'null → a'];
    holds(items.length > 0, 'history must hold what just happened.', items);
    // How far back a history goes is the adapter's choice.
    equal(items, all.slice(-items.length), 'history must tell every step, from and to, oldest first.');
  });

  it('times are plausible and in order', ['history'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    for (const to of ['a', 'b', 'a']) await setStatusOf(adapter, to, 'c1');
    const times = (await adapter.history('c1')).map((item) => item.at);
    holds(
      times.every((at) => Number.isFinite(at) && at > 0),
      'history must give the time in milliseconds.',
      times,
    );
    equal(
      [...times].sort((a, b) => a - b),
      times,
      'history must be in the order of time.',
    );
  });

  it('each conversation has its own', ['history'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await setStatusOf(adapter, 'b', 'c2');
    equal(steps(await adapter.history('c1')).at(-1), 'null → a', 'history must tell of the asked conversation only.');
    equal(steps(await adapter.history('c2')).at(-1), 'a → b', 'history must tell of the asked conversation only.');
  });

  it('a rejected setStatus leaves no trace', ['history'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const [entry] = await setStatusOf(adapter, 'a', 'c1');
    const before = await adapter.history('c1');
    await changesNothing(adapter, ['c1'], async () => {
      const stale = { ifVersion: entry.version + 1 };
      await rejectsSetStatus(
        adapter.setStatus([{ conversationId: 'c1' }], null, stale),
        'conflict',
        'A wrong ifVersion must be rejected.',
      );
      await rejectsSetStatus(
        adapter.setStatus([{ conversationId: 'c1' }], 'nowhere'),
        'not-found',
        'An unknown status must be rejected.',
      );
    });
    equal(await adapter.history('c1'), before, 'A rejected pick must not show in the history.');
  });

  it('returned records are copies', ['history'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', 'c1');
    const [item] = await adapter.history('c1');
    Reflect.set(item!, 'to', 'vandalised');
    equal((await adapter.history('c1'))[0]?.to, 'a', 'Writing to a history must not change what is stored.');
  });

  it('each change has its author, also those made by deletes', ['history'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const pick = (to: string, by: string): Promise<unknown> =>
      adapter.setStatus([{ conversationId: 'c1' }], to, { by });
    await pick('a', SARI);
    await pick('b', BUDI);
    await pick('a', SARI);
    const { version } = await currentStatus(adapter, 'a');
    await adapter.deleteStatus('a', { ifVersion: version, moveTo: 'b', by: BUDI });
    const given = [SARI, BUDI, SARI, BUDI];
    if (adapter.restoreStatus) given.push(SARI);
    await adapter.restoreStatus?.('a', { by: SARI });
    const authors = (await adapter.history('c1')).map((item) => item.by);
    checkAuthors(authors, given.slice(given.length - authors.length), 'history');
  });

  it('a delivered change has its author', ['subscribe'], async (context) => {
    const { adapter } = context;
    const recorder = await ChangeRecorder.open(context, adapter);
    const received: Change[] = [];
    for (const [id, by] of [
      ['a', SARI],
      ['b', BUDI],
    ] as const) {
      const create = (): Promise<unknown> => adapter.createStatus({ id, name: id, color: COLOR }, { by });
      received.push(await recorder.receivesAfter(create, ofStatus(id), 'subscribe must deliver a new status.'));
      const pick = (): Promise<unknown> => adapter.setStatus([{ conversationId: 'c1' }], id, { by });
      received.push(
        await recorder.receivesAfter(pick, ofEntry('c1', id), 'subscribe must deliver a new status of a conversation.'),
      );
    }
    if (received.some((change) => change.kind === 'reset')) return;
    checkAuthors(
      received.map((change) => change.by),
      [SARI, SARI, BUDI, BUDI],
      'a change',
    );
  });
};
