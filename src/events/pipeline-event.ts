/** All events bubble and cross shadow roots. */
export abstract class PipelineEvent extends Event {
  constructor(type: string, cancelable = false) {
    super(type, { bubbles: true, composed: true, cancelable });
  }
}
