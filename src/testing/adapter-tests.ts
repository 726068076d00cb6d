/** Registers the cases of the adapter suite with any test runner. */
import type { PipelineAdapter } from '../adapters/adapter.js';
import { closeAll, openContext, type CaseContext, type It, type OptionalMethod, type Topic } from './case-context.js';
import { abortingTopic } from './adapter-cases/aborting.js';
import { changesTopic } from './adapter-cases/changes.js';
import { closingTopic } from './adapter-cases/closing.js';
import { concurrencyTopic } from './adapter-cases/concurrency.js';
import { contactsTopic } from './adapter-cases/contacts.js';
import { countingTopic } from './adapter-cases/counting.js';
import { creatingTopic } from './adapter-cases/creating.js';
import { deletesAtOnceTopic } from './adapter-cases/deletes-at-once.js';
import { deletingTopic } from './adapter-cases/deleting.js';
import { entriesTopic } from './adapter-cases/entries.js';
import { findingTopic } from './adapter-cases/finding.js';
import { followingTopic } from './adapter-cases/following.js';
import { forgettingPeersTopic, forgettingReopeningTopic, forgettingTopic } from './adapter-cases/forgetting.js';
import { historyTopic } from './adapter-cases/history.js';
import { hostWordPeersTopic, hostWordReopeningTopic, hostWordTopic } from './adapter-cases/host-word.js';
import { idsTopic } from './adapter-cases/ids.js';
import { longWritesTopic } from './adapter-cases/long-writes.js';
import { namesTopic } from './adapter-cases/names.js';
import { orderTopic } from './adapter-cases/order.js';
import { pagingTopic } from './adapter-cases/paging.js';
import { peersTopic } from './adapter-cases/peers.js';
import { purgingTopic } from './adapter-cases/purging.js';
import { randomTopic } from './adapter-cases/random.js';
import { reopeningTopic } from './adapter-cases/reopening.js';
import { repeatsTopic } from './adapter-cases/repeats.js';
import { restoringTopic } from './adapter-cases/restoring.js';
import { subscribingTopic } from './adapter-cases/subscribing.js';
import { updatingTopic } from './adapter-cases/updating.js';
import { versionsTopic } from './adapter-cases/versions.js';

/** How the suite opens adapters and registers cases. */
export interface AdapterTestOptions {
  /** The function of the test runner that groups cases: of Mocha, Vitest, node:test… */
  describe(name: string, body: () => void): void;
  /** The function of the test runner that adds a case. The slowest cases make about 400 calls: allow 10 s. */
  it(name: string, body: () => Promise<void>): void;
  /** A fresh, empty adapter that shares its data with no other. It is closed after the case. */
  create(): PipelineAdapter | Promise<PipelineAdapter>;
  /** An adapter on the data of `adapter`, as after a restart. Without it, the cases about restarts are left out. */
  reopen?(adapter: PipelineAdapter): Promise<PipelineAdapter>;
  /** A second client on the data of `adapter`: another tab, another user. Without it, its cases are left out. */
  peer?(adapter: PipelineAdapter): Promise<PipelineAdapter>;
  /**
   * A fresh, empty adapter that purges deleted statuses so many milliseconds after they were deleted. Without it, the
   * cases about purging are left out.
   */
  createWithUndoPeriod?(undoPeriodMs: number): PipelineAdapter | Promise<PipelineAdapter>;
  /** The most conversations of which one `setStatus` stores all or none when it is aborted. Default: 200. */
  atomicLength?: number;
}

const TOPICS: Readonly<Record<string, Topic>> = {
  'creating statuses': creatingTopic,
  'names and colors': namesTopic,
  ids: idsTopic,
  'updating statuses': updatingTopic,
  'order of statuses': orderTopic,
  'deleting statuses': deletingTopic,
  'restoring statuses': restoringTopic,
  'statuses of conversations': entriesTopic,
  'versions of conversations': versionsTopic,
  contacts: contactsTopic,
  'the word of the host': hostWordTopic,
  counting: countingTopic,
  finding: findingTopic,
  paging: pagingTopic,
  history: historyTopic,
  forgetting: forgettingTopic,
  changes: changesTopic,
  subscriptions: subscribingTopic,
  'following the changes': followingTopic,
  'repeated calls': repeatsTopic,
  'aborted calls': abortingTopic,
  'close()': closingTopic,
  'long writes': longWritesTopic,
  'calls at once': concurrencyTopic,
  'deletes at once': deletesAtOnceTopic,
  'random operations': randomTopic,
};

/** The cases about what happens after the undo period, which is so long for them (milliseconds). */
const PURGING = 'purging deleted statuses';
const UNDO_PERIOD_MS = 1;

/** How long a case waits for something asynchronous, such as a change (milliseconds). */
const TIMEOUT_MS = 2000;

/**
 * Checks an adapter against the whole contract, under any test runner, in browsers and in Node.
 *
 * A case about an optional method that the adapter lacks passes without doing anything: adapters may be created
 * asynchronously, so their methods are only known inside the case. Everything that the contract leaves open is accepted:
 * one `reset` instead of many changes, missing zeroes, how much history is kept…
 *
 * @example
 * import { describe, it } from 'node:test';
 * import { runAdapterTests } from 'pipeline-elements/testing';
 * runAdapterTests({ describe, it, create: () => new MyAdapter() });
 */
export function runAdapterTests(options: AdapterTestOptions): void {
  registerAdapterTests(options, TIMEOUT_MS);
}

/** `runAdapterTests` with another timeout: the tests of the suite itself wait for many changes that never arrive. */
export function registerAdapterTests(options: AdapterTestOptions, timeoutMs: number): void {
  const { describe, it } = options;
  const topics = {
    ...TOPICS,
    ...(options.reopen && {
      'after a restart': reopeningTopic,
      'the word of the host after a restart': hostWordReopeningTopic,
      'forgetting, after a restart': forgettingReopeningTopic,
    }),
    ...(options.peer && {
      'two clients': peersTopic,
      'the word of the host with two clients': hostWordPeersTopic,
      'forgetting, with two clients': forgettingPeersTopic,
    }),
    ...(options.createWithUndoPeriod && { [PURGING]: purgingTopic }),
  };
  for (const [name, topic] of Object.entries(topics)) {
    const create = (): PipelineAdapter | Promise<PipelineAdapter> =>
      name === PURGING ? options.createWithUndoPeriod!(UNDO_PERIOD_MS) : options.create();
    describe(name, () => {
      const register: It = (title: string, ...rest: unknown[]): void => {
        // With two arguments left, the first names the optional methods that the case needs.
        const body = rest.at(-1) as (context: CaseContext) => Promise<void>;
        const needs = rest.length > 1 ? (rest[0] as readonly OptionalMethod[]) : [];
        it(title, async () => {
          const context = await openContext({ ...options, create }, timeoutMs);
          try {
            if (needs.every((method) => typeof context.adapter[method] === 'function')) await body(context);
          } finally {
            await closeAll(context);
          }
        });
      };
      topic(register);
    });
  }
}
