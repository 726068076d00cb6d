/** Whose data an adapter gives, for adapters that serve one user after another. */
import type { PipelineAdapter, WithSession } from '../adapters/adapter.js';

/** The session of an adapter; `undefined` where it has none, or none yet. */
export const sessionOf = (adapter: PipelineAdapter): string | undefined =>
  (adapter as Partial<WithSession>).session || undefined;

/** By whom a write is made that is asked for now; `undefined` where that is not known. */
export function writerOf(adapter: PipelineAdapter): string | undefined {
  const session = sessionOf(adapter);
  return session && `${session} ${(adapter as Partial<WithSession>).credentials ?? ''}`;
}

/** Whether what was done in session `then` does not belong to session `now`. Before the first one is known nothing is ruled out. */
export const isOtherSession = (then: string | undefined, now: string | undefined): boolean =>
  then !== undefined && then !== now;
