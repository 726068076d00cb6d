import { IndexedDBAdapter, setDefaultAdapter } from 'pipeline-elements';
import type { PipelineAdapter } from 'pipeline-elements';

/** The one place that decides where the pipeline is kept. */
function createAdapter(): PipelineAdapter {
  return new IndexedDBAdapter({ database: 'pipeline-elements' });
}

export const adapter = createAdapter();
setDefaultAdapter(adapter);
