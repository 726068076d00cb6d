/* What the tests of the server use of the library and of its insides, in one bundle: errors have to be of one class. */
import type { CallOptions } from '../../src/adapters/adapter.js';
import { RestAdapter, type RestOptions } from '../../src/adapters/rest/adapter.js';
import { type ConversationRef, parseConversationRef } from '../../src/model/entry.js';
import { PipelineError } from '../../src/model/errors.js';

export { FairQueue } from '../../demo/server/fair-queue.js';
export { Idempotency } from '../../demo/server/idempotency.js';
export { Store } from '../../demo/server/store.js';
export { StreamPermission } from '../../demo/server/stream-permission.js';
export { runAdapterTests } from '../../src/testing/adapter-tests.js';
export { PipelineError, RestAdapter };

/** A client that is the host's back end too, which tells which conversations exist. */
export class HostAdapter extends RestAdapter {
  readonly baseUrl: string;

  constructor(options: RestOptions) {
    super(options);
    this.baseUrl = options.baseUrl;
  }

  async putConversations(conversations: readonly ConversationRef[], options?: CallOptions): Promise<void> {
    if (options?.signal?.aborted) throw new PipelineError('aborted', 'The call was aborted.');
    const refs = conversations.map(parseConversationRef);
    const response = await fetch(`${this.baseUrl}/conversations`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'idempotency-key': options?.opId ?? crypto.randomUUID() },
      body: JSON.stringify({ conversations: refs }),
    });
    if (!response.ok) throw new PipelineError('unknown', `${response.status} ${await response.text()}`);
  }
}
