import { useEffect, useRef, useState } from 'react';
import type { PipelineAdapter, PipelineStatusChangeEvent, PipelineStatusPicker } from 'pipeline-elements';
import 'pipeline-elements/define';
import type {} from 'pipeline-elements/jsx';

export function Conversation({ id, adapter }: { id: string; adapter: PipelineAdapter }) {
  const [last, setLast] = useState('');
  const ref = useRef<PipelineStatusPicker>(null);
  useEffect(() => {
    const picker = ref.current!;
    const handleChange = (event: PipelineStatusChangeEvent) => setLast(`Now ${event.to ?? 'without a status'}`);
    picker.adapter = adapter;
    picker.addEventListener('pipeline-status-change', handleChange);
    return () => picker.removeEventListener('pipeline-status-change', handleChange);
  }, [adapter]);
  return (
    <>
      <pipeline-status-picker ref={ref} conversation-id={id} />
      <output>{last}</output>
    </>
  );
}
