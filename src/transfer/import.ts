/** Imports a file of JSON Lines into an adapter: all of it, or nothing. */
import type { PipelineAdapter } from '../adapters/adapter.js';
import type { ConversationRecord, Import, StatusRecord, TransferOptions, WithTransfer } from '../adapters/transfer.js';
import type { Id } from '../model/id.js';
import { PipelineError } from '../model/errors.js';
import { checkAborted } from '../model/abort.js';
import { MAX_STATUSES, nameKey } from '../model/status-edits.js';
import { ImportError, parseLine, type Line, type LineProblem } from './format.js';
import { importByCalls } from './import-by-calls.js';
import { readLines, type ImportSource } from './lines.js';

export type { ImportSource } from './lines.js';

/** How many statuses and conversations were imported. */
export interface ImportResult {
  statuses: number;
  conversations: number;
}

/**
 * Adds the statuses and conversations of an exported file, or replaces those with the same id. The file is read and checked
 * as a whole before anything is written. `onProgress` counts the conversations that were written.
 *
 * Rejects with an `ImportError` that lists the lines with problems, with `aborted`, or with the error of the adapter. In
 * all of these cases nothing was imported.
 *
 *     await importPipeline(adapter, file.stream());
 *     await importPipeline(adapter, exportPipeline(otherAdapter));
 */
export async function importPipeline(
  adapter: PipelineAdapter,
  source: ImportSource,
  options: TransferOptions = {},
): Promise<ImportResult> {
  const data = await readFile(source, options.signal);
  const { importAll } = adapter as Partial<WithTransfer>;
  if (importAll) await importAll.call(adapter, data, options);
  else await importByCalls(adapter, data, options);
  return { statuses: data.statuses.filter(({ deleted }) => !deleted).length, conversations: data.conversations.length };
}

/** Reads and checks a whole file. Rejects with an `ImportError`. */
async function readFile(source: ImportSource, signal: AbortSignal | undefined): Promise<Import> {
  const file = new FileReading();
  for await (const text of readLines(source)) {
    checkAborted(signal);
    file.add(text);
  }
  return file.end();
}

/** The content of a file, and what is wrong with it. */
class FileReading {
  readonly #statuses = new Map<Id, StatusRecord>();
  readonly #names = new Map<string, number>();
  readonly #conversations = new Map<Id, ConversationRecord>();
  readonly #problems: LineProblem[] = [];
  #number = 0;
  #ended: Extract<Line, { type: 'end' }> | undefined;

  /** Adds the next line. */
  add(text: string): void {
    this.#number++;
    if (!text.trim()) return;
    try {
      this.#addLine(parseLine(text));
    } catch (thrown) {
      const { field, message } = PipelineError.from(thrown);
      this.#problem(message, field);
    }
  }

  /** What was read. Throws an `ImportError` if a line has a problem, or lines are missing. */
  end(): Import {
    if (!this.#number) this.#problem('The file is empty.');
    else if (!this.#problems.length) this.#checkEnd();
    if (this.#problems.length) throw new ImportError(this.#problems);
    const conversations = [...this.#conversations.values()].map((each, index, all) =>
      // Where the times of their activity are not known, the conversations keep at least their order.
      each.activityAt === undefined ? { ...each, activityAt: all.length - index } : each,
    );
    return { statuses: [...this.#statuses.values()], conversations };
  }

  #addLine(line: Line): void {
    if (this.#ended) return this.#problem('No line may follow the one of type "end".');
    if (this.#number === 1 && line.type !== 'pipeline') {
      return this.#problem('The first line must have the type "pipeline".', 'type');
    }
    switch (line.type) {
      case 'pipeline':
        if (this.#number > 1) this.#problem('Only the first line may have the type "pipeline".', 'type');
        return;
      case 'status': {
        const { type: _, ...status } = line;
        return this.#addStatus(status);
      }
      case 'conversation': {
        const { type: _, ...conversation } = line;
        return this.#addConversation(conversation);
      }
      case 'end':
        this.#ended = line;
    }
  }

  #addStatus(status: StatusRecord): void {
    if (this.#conversations.size) return this.#problem('Statuses must stand before conversations.', 'type');
    if (this.#statuses.has(status.id)) return this.#problem(`id: the status "${status.id}" is there twice.`, 'id');
    if (!status.deleted) {
      const other = this.#names.get(nameKey(status.name));
      if (other) return this.#problem(`name: line ${other} has a status of the same name.`, 'name');
      this.#names.set(nameKey(status.name), this.#number);
      if (this.#names.size > MAX_STATUSES) return this.#problem(`A pipeline has at most ${MAX_STATUSES} statuses.`);
    }
    this.#statuses.set(status.id, status);
  }

  #addConversation(conversation: ConversationRecord): void {
    const { conversationId, statusId } = conversation;
    if (this.#conversations.has(conversationId)) {
      return this.#problem(`conversationId: the conversation "${conversationId}" is there twice.`, 'conversationId');
    }
    const status = statusId === null ? undefined : this.#statuses.get(statusId);
    if (statusId !== null && (!status || status.deleted)) {
      return this.#problem(`statusId: the file has no status "${statusId}".`, 'statusId');
    }
    this.#conversations.set(conversationId, conversation);
  }

  #checkEnd(): void {
    const ended = this.#ended;
    if (!ended) return this.#problem('The file was cut off: its last line must have the type "end".');
    if (ended.statuses !== this.#statuses.size) {
      return this.#problem(`statuses: the file has ${this.#statuses.size}, not ${ended.statuses}.`, 'statuses');
    }
    if (ended.conversations === this.#conversations.size) return;
    const message = `conversations: the file has ${this.#conversations.size}, not ${ended.conversations}.`;
    this.#problem(message, 'conversations');
  }

  #problem(message: string, field?: string): void {
    this.#problems.push({ line: this.#number || 1, message, ...(field === undefined ? {} : { field }) });
  }
}
