import type { Sql } from './sql.js';

interface Statement {
  text: string;
  values: readonly unknown[];
}

/**
 * The writes of one transaction, sent as one statement at its end: the tenant's row is locked for one trip to the
 * database less for each. They do not see each other's effects, so each writes another table.
 */
export class Batch {
  readonly #parts: string[] = [];
  readonly #values: unknown[] = [];
  readonly #later: Statement[] = [];

  add(text: string, values: readonly unknown[]): void {
    const before = this.#values.length;
    this.#parts.push(text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + before}`));
    this.#values.push(...values);
  }

  /** For what needs the effects of the others, and for what is rare. */
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
