/** Random operations, compared with a plain model. */
import type { PipelineAdapter } from '../../adapters/adapter.js';
import type { Id } from '../../model/id.js';
import { allOf, countsOf, listed } from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, sameMembers } from '../check.js';
import { CONVERSATIONS, PlainModel, contactOf } from '../plain-model.js';

/** Fixed, so that a failure can be reproduced. Each found a bug once, or may find the next one. */
const SEEDS = [1, 2, 3, 4];
const STEPS = 100;

export const randomTopic: Topic = (it) => {
  for (const seed of SEEDS) {
    it(`${STEPS} random operations, seed ${seed}`, async ({ adapter }) => {
      const model = new PlainModel(seed);
      const trail: string[] = [];
      try {
        for (let n = 0; n < STEPS; n++) {
          trail.push(await model.step(adapter));
          await compare(adapter, model);
        }
      } catch (error) {
        if (error instanceof Error)
          error.message = `Seed ${seed}, after ${trail.length} steps, the last: ${trail.slice(-5).join('; ')}.\n${error.message}`;
        throw error;
      }
    });
  }
};

async function compare(adapter: PipelineAdapter, model: PlainModel): Promise<void> {
  const names = (await listed(adapter)).map(({ id, name }) => ({ id, name }));
  equal(names, model.statuses, 'listStatuses must list what there is, in order.');

  const entries = await adapter.getEntries(CONVERSATIONS);
  const held = CONVERSATIONS.map((id) => entries.get(id)?.statusId ?? null);
  equal(
    held,
    CONVERSATIONS.map((id) => model.held.get(id) ?? null),
    'getEntries must tell the status of each conversation.',
  );

  if (adapter.count) {
    equal(
      await countsOf(adapter, { of: 'conversation' }),
      tally([...model.held.values()]),
      'count must count conversations.',
    );
    const contacts = new Map<Id, Set<Id | null>>();
    for (const [id, statusId] of model.held) {
      contacts.set(contactOf(id), (contacts.get(contactOf(id)) ?? new Set()).add(statusId));
    }
    const each = [...contacts.values()].flatMap((statusIds) => [...statusIds]);
    equal(await countsOf(adapter, { of: 'contact' }), tally(each), 'count must count contacts.');
  }
  if (adapter.find) {
    const statusId = model.statuses[0]?.id ?? null;
    const found = await allOf(adapter, {
      of: 'conversation',
      filter: { op: 'any-of', statusIds: [statusId] },
      pageSize: 3,
    });
    sameMembers(found, model.having(statusId), `find must find who has the status ${statusId}.`);
  }
}

function tally(statusIds: readonly (Id | null)[]): unknown {
  const byStatus = new Map<Id, number>();
  for (const id of statusIds) if (id !== null) byStatus.set(id, (byStatus.get(id) ?? 0) + 1);
  const none = statusIds.filter((id) => id === null).length;
  return { none, byStatus: [...byStatus].sort(([a], [b]) => (a < b ? -1 : 1)) };
}
