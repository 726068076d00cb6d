/** Cases about `setStatus` of thousands of conversations. */
import type { PipelineAdapter } from '../../adapters/adapter.js';
import type { ConversationRef } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import { countsOf, createStatuses, statusesOf, succeeded } from '../actions.js';
import type { Topic } from '../case-context.js';
import { BrokenRule, equal, holds } from '../check.js';

const MANY = 2000;

const conversations = (length: number): ConversationRef[] =>
  Array.from({ length }, (_, i) => ({ conversationId: `long-${i}`, activityAt: i + 1 }));

/** Fails unless all of the conversations have the same status; resolves to it. */
async function sharedStatus(adapter: PipelineAdapter, refs: readonly ConversationRef[]): Promise<string | null> {
  const statusIds = new Set(await statusesOf(adapter, ...refs.map((ref) => ref.conversationId)));
  const rule = 'At any time, either all or none of the conversations of one setStatus must have the new status.';
  holds(statusIds.size === 1, rule, [...statusIds]);
  return [...statusIds][0]!;
}

export const longWritesTopic: Topic = (it) => {
  it('setStatus of 2,000 conversations sets all of them, in order', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const refs = conversations(MANY);
    await adapter.setStatus(refs.slice(0, MANY / 2), 'b');
    const results = await adapter.setStatus(refs, 'a');
    equal(
      results.map((result) => succeeded(result).conversationId),
      refs.map((ref) => ref.conversationId),
      'setStatus must give one result for each conversation, in order.',
    );
    equal(
      [...new Set(results.map((result) => succeeded(result).statusId))],
      ['a'],
      'Each result must have the new status.',
    );
    equal(await sharedStatus(adapter, refs), 'a', 'setStatus must set the status of all conversations.');
  });

  it('2,000 conversations are counted after setStatus', ['count'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await adapter.setStatus(conversations(MANY), 'a');
    equal(
      await countsOf(adapter, { of: 'conversation' }),
      { none: 0, byStatus: [['a', MANY]] },
      'Counts must include every conversation of a long setStatus.',
    );
  });

  it('progress only grows, and ends with all conversations', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const progress: [number, number][] = [];
    await adapter.setStatus(conversations(MANY), 'a', { onProgress: (...step) => progress.push(step) });
    // An adapter may not report progress.
    if (!progress.length) return;
    const done = progress.map(([each]) => each);
    holds(
      done.every((each, i) => each >= (done[i - 1] ?? 0) && each <= MANY),
      'onProgress must be called with numbers that only grow, up to the number of conversations.',
      done,
    );
    equal(
      [...new Set(progress.map(([, of]) => of))],
      [MANY],
      'onProgress must get the number of conversations as `of`.',
    );
    equal(done.at(-1), MANY, 'The last call of onProgress must say that everything is done.');
  });

  for (const when of ['at once', 'when it has begun', 'at the first progress']) {
    it(`a long setStatus that is aborted ${when} stores all or nothing`, async ({ adapter, atomicLength }) => {
      await createStatuses(adapter, 'A', 'B');
      const refs = conversations(Math.min(MANY, atomicLength));
      await adapter.setStatus(refs, 'b');
      const controller = new AbortController();
      const onProgress = (): void => {
        if (when === 'at the first progress') controller.abort();
      };
      const write = adapter.setStatus(refs, 'a', { signal: controller.signal, onProgress });
      if (when === 'at once') controller.abort();
      else if (when === 'when it has begun') setTimeout(() => controller.abort());
      try {
        await write;
        equal(await sharedStatus(adapter, refs), 'a', 'A setStatus that resolves is stored, aborted or not.');
      } catch (error) {
        if (error instanceof BrokenRule) throw error;
        holds(
          error instanceof PipelineError && error.code === 'aborted',
          "A setStatus that is aborted must resolve or reject with 'aborted'.",
          error,
        );
        await sharedStatus(adapter, refs);
      }
    });
  }
};
