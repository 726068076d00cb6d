import { CUSTOM_ELEMENTS_SCHEMA, Component, input, signal } from '@angular/core';
import type { PipelineAdapter, PipelineStatusChangeEvent } from 'pipeline-elements';
import 'pipeline-elements/define';

@Component({
  selector: 'app-conversation',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <pipeline-status-picker
      [attr.conversation-id]="id()"
      [adapter]="adapter()"
      (pipeline-status-change)="handleChange($event)"
    ></pipeline-status-picker>
    <output>{{ last() }}</output>
  `,
})
export class Conversation {
  readonly id = input.required<string>();
  readonly adapter = input.required<PipelineAdapter>();
  readonly last = signal('');

  handleChange(event: Event): void {
    this.last.set(`Now ${(event as PipelineStatusChangeEvent).to ?? 'without a status'}`);
  }
}
