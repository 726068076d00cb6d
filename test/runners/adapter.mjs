// The adapter under test for the runners: a correct one, or with BROKEN one that loses every second write.
import { MemoryAdapter } from 'pipeline-elements/adapters/memory';

class ForgetfulAdapter extends MemoryAdapter {
  async setStatus(conversations, statusId, options) {
    return super.setStatus(conversations, options?.ifVersion === undefined ? statusId : null, options);
  }
}

export const create = () => (process.env.BROKEN ? new ForgetfulAdapter() : new MemoryAdapter());
