/* Entry point of the bundle for the server tests. One bundle, so that there is only one class of errors. */
import type { CallOptions } from '../../src/adapters/adapter.js';
import { RestAdapter, type RestOptions } from '../../src/adapters/rest/adapter.js';
import { type ConversationRef, parseConversationRef } from '../../src/model/entry.js';
import { PipelineError } from '../../src/model/errors.js';

export { FairQueue } from '../../demo/server/fair-queue.js';
export { Idempotency } from '../../demo/server/idempotency.js';
export { Store } from '../../demo/server/store.js';
export { StreamPermission } from '../../demo/server/stream-permission.js';
export { runAdapterTests } from '../../src/testing/adapter-tests.js';
export { MemoryAdapter } from '../../src/adapters/memory.js';
export { exportPipeline, importPipeline } from '../../src/transfer/index.js';
export { PipelineError, RestAdapter };

/** A client that is also the host's back end, which registers conversations. */
export class HostAdapter extends RestAdapter {
  readonly baseUrl: string;
  #isClosed = false;

  constructor(options: RestOptions) {
    super(options);
    this.baseUrl = options.baseUrl;
  }

  async putConversations(conversations: readonly ConversationRef[], options?: CallOptions): Promise<void> {
    if (this.#isClosed || options?.signal?.aborted) throw new PipelineError('aborted', 'The call was aborted.');
    const refs = conversations.map(parseConversationRef);
    const response = await fetch(`${this.baseUrl}/conversations`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'idempotency-key': options?.opId ?? crypto.randomUUID() },
      body: JSON.stringify({ conversations: refs }),
    });
    if (!response.ok) throw new PipelineError('unknown', `${response.status} ${await response.text()}`);
  }

  override close(): Promise<void> {
    this.#isClosed = true;
    return super.close();
  }
}
