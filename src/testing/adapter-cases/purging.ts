/** Cases about deleted statuses after the undo period, which is a millisecond here. */
import type { PipelineAdapter } from '../../adapters/adapter.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import {
  COLOR,
  countsOf,
  createStatuses,
  entryOf,
  listedIds,
  rejectsSetStatus,
  remove,
  setStatusOf,
  statusesOf,
} from '../actions.js';
import type { CaseContext, Topic } from '../case-context.js';
import { equal, rejects } from '../check.js';

/** Waits until nobody can be moved after the status any more. */
async function isPurged({ adapter, until }: CaseContext, id: Id): Promise<void> {
  const isKnown = async (): Promise<boolean> => {
    const [first] = await listedIds(adapter);
    try {
      await adapter.moveStatus(first!, id);
      return true;
    } catch (error) {
      if (error instanceof PipelineError && error.code === 'not-found') return false;
      throw error;
    }
  };
  await until(
    async () => !(await isKnown()),
    'After the undo period, moveStatus after the deleted status is not-found.',
  );
}

export const purgingTopic: Topic = (it) => {
  it('a deleted status cannot be restored after the undo period', ['restoreStatus'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A', 'X');
    await remove(adapter, 'x');
    await isPurged(context, 'x');
    const rule = "restoreStatus after the undo period must reject with 'not-found'.";
    await rejects(adapter.restoreStatus('x'), 'not-found', rule);
    equal(await listedIds(adapter), ['a'], 'A purged status must not be listed.');
  });

  it('late writes do not bring a purged status back', async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A', 'X');
    await setStatusOf(adapter, 'a', 'c1');
    await remove(adapter, 'x');
    await isPurged(context, 'x');
    const before = await entryOf(adapter, 'c1');
    const gone = ['not-found', 'status-deleted'] as const;
    const late: readonly ((adapter: PipelineAdapter) => Promise<unknown>)[] = [
      (to) => to.updateStatus('x', { name: 'Again' }, { ifVersion: 1 }),
      (to) => to.moveStatus('x', null),
      (to) => to.deleteStatus('x', { ifVersion: 1 }),
    ];
    const pick = adapter.setStatus([{ conversationId: 'c1' }], 'x');
    await rejectsSetStatus(pick, gone, 'setStatus to a purged status must be rejected.');
    for (const write of late) {
      await rejects(write(adapter), gone, 'A write to a purged status must be rejected.');
    }
    equal(await listedIds(adapter), ['a'], 'A purged status must never come back.');
    equal(await entryOf(adapter, 'c1'), before, 'A rejected write must change nothing.');
  });

  it('the conversations of a purged status keep what replaced it', async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A', 'B', 'X', 'Y');
    await setStatusOf(adapter, 'x', 'c1', 'c2');
    await setStatusOf(adapter, 'y', 'c3');
    await remove(adapter, 'x', 'y');
    await remove(adapter, 'y', 'b');
    const before = await entryOf(adapter, 'c1');
    await isPurged(context, 'x');
    await isPurged(context, 'y');
    const rule = 'Purging a status must leave its conversations with the status that replaced it.';
    equal(await statusesOf(adapter, 'c1', 'c2', 'c3'), ['b', 'b', 'b'], rule);
    equal(await entryOf(adapter, 'c1'), before, 'Purging must not change any entry.');
    await setStatusOf(adapter, 'a', 'c1');
    equal(await statusesOf(adapter, 'c1', 'c2'), ['a', 'b'], 'Conversations can be set after the purge.');
  });

  it('conversations of a purged status are counted as before', ['count'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A', 'X');
    await setStatusOf(adapter, 'x', 'c1', 'c2');
    await remove(adapter, 'x', 'a');
    await isPurged(context, 'x');
    equal(
      await countsOf(adapter, { of: 'conversation' }),
      { none: 0, byStatus: [['a', 2]] },
      'Purging must not change the counts.',
    );
  });

  it('the name of a purged status is free', async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A', 'X');
    await remove(adapter, 'x');
    await isPurged(context, 'x');
    await adapter.createStatus({ id: 'x2', name: 'X', color: COLOR });
    equal(await listedIds(adapter), ['a', 'x2'], 'A new status can have the name of a purged one.');
  });
};
