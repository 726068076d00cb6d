/** Collects the writes of a transaction and sends them as one statement. */
import type { Sql } from './sql.js';

interface Statement {
  text: string;
  values: readonly unknown[];
}

/**
 * The writes of a transaction, sent as a single statement at its end to save round trips while the tenant's row is
 * locked. The statements do not see each other's effects, so each must write to a different table.
 */
export class StatementBatch {
  readonly #parts: string[] = [];
  readonly #values: unknown[] = [];
  readonly #later: Statement[] = [];

  add(text: string, values: readonly unknown[]): void {
    const before = this.#values.length;
    this.#parts.push(text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + before}`));
    this.#values.push(...values);
  }

  /** For statements that depend on the others, and for rare ones. */
  addLater(text: string, values: readonly unknown[]): void {
    this.#later.push({ text, values });
  }

  clear(): void {
    for (const list of [this.#parts, this.#values, this.#later]) list.length = 0;
  }

  async run(tx: Sql): Promise<void> {
    const last = this.#parts.at(-1);
    if (last !== undefined) {
      const others = this.#parts.slice(0, -1).map((text, index) => `part${index} AS (${text})`);
      await tx.query(others.length ? `WITH ${others.join(', ')} ${last}` : last, this.#values);
    }
    for (const { text, values } of this.#later) await tx.query(text, values);
  }
}
