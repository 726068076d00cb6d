// What the runners run the suite over: an adapter that is right, or with BROKEN one that loses every second pick.
import { MemoryAdapter } from 'pipeline-elements/adapters/memory';

class ForgetfulAdapter extends MemoryAdapter {
  async setStatus(conversations, statusId, options) {
    return super.setStatus(conversations, options?.ifVersion === undefined ? statusId : null, options);
  }
}

export const create = () => (process.env.BROKEN ? new ForgetfulAdapter() : new MemoryAdapter());
