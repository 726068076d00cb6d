/*
 * Calls that are made at once, and what becomes of them.
 */
import type { PipelineAdapter } from '../adapters/adapter.js';
import { PipelineError } from '../model/errors.js';
import { BrokenRule } from './check.js';

/** What became of calls made at once: the values of those that worked, the codes of those that were refused. */
export async function outcomes<T>(calls: readonly Promise<T>[]): Promise<{ done: T[]; refused: string[] }> {
  const settled = await Promise.allSettled(calls);
  const refused = settled.flatMap((each): unknown[] => (each.status === 'rejected' ? [each.reason] : []));
  const foreign = refused.find((error) => !(error instanceof PipelineError));
  if (foreign)
    throw new BrokenRule('An adapter rejects with a PipelineError and nothing else.', 'a PipelineError', foreign);
  return {
    done: settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
    refused: refused.map((error) => (error as PipelineError).code),
  };
}

/** `setStatus` for one conversation, refused as a rejection either way. */
export async function pick(
  adapter: PipelineAdapter,
  id: string,
  statusId: string | null,
  ifVersion?: number,
): Promise<void> {
  const [result] = await adapter.setStatus(
    [{ conversationId: id }],
    statusId,
    ifVersion === undefined ? {} : { ifVersion },
  );
  if (!result!.ok) throw result!.error;
}
