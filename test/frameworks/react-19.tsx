import { useState } from 'react';
import type { PipelineAdapter } from 'pipeline-elements';
import 'pipeline-elements/define';
import type {} from 'pipeline-elements/jsx';

export function Conversation({ id, adapter }: { id: string; adapter: PipelineAdapter }) {
  const [last, setLast] = useState('');
  return (
    <>
      <pipeline-status-picker
        conversation-id={id}
        adapter={adapter}
        onpipeline-status-change={(event) => setLast(`Now ${event.to ?? 'without a status'}`)}
      />
      <output>{last}</output>
    </>
  );
}
