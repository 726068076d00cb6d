/** Uses a `<pipeline-status-picker>` in tests. */
import type { PipelineStatusPicker } from '../../elements/pipeline-status-picker/pipeline-status-picker.js';
import { textsOfPart } from './find.js';
import { Harness } from './harness.js';

export class StatusPickerHarness extends Harness<PipelineStatusPicker> {
  /** What it shows: the name of the status, "No status" or "Mixed"; '' while it loads. */
  get value(): string {
    const trigger = this.root.querySelector('[part~="trigger"]');
    return (trigger && textsOfPart(trigger, 'label')[0]) ?? '';
  }

  /** The names that it offers, in order. */
  async options(): Promise<string[]> {
    await this.#open();
    const names = this.names('option');
    this.element.hide();
    return names;
  }

  /** Opens it, chooses a status by its name ("No status" for none), and waits until that is stored or rejected. */
  async pick(name: string): Promise<void> {
    await this.#open();
    await this.click('option', name);
    await this.settled();
  }

  /** Takes the last pick back. */
  async undo(): Promise<void> {
    await this.click('button', this.word('undo'));
    await this.settled();
  }

  async #open(): Promise<void> {
    await this.settled();
    this.element.show();
    await this.until(
      () => this.element.matches(':state(open)'),
      () => 'its list to open; is it disabled or read-only?',
    );
  }
}
