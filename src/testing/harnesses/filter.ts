/** The test harness of the filter. */
import type { PipelineFilter } from '../../elements/pipeline-filter/pipeline-filter.js';
import { textsOfPart } from './find.js';
import { Harness } from './harness.js';

/** Drives a `<pipeline-filter>` in the tests of a host. */
export class FilterHarness extends Harness<PipelineFilter> {
  /** The selected names, as they are shown beside the button. */
  get chosen(): string[] {
    return [this.word('anyOf'), this.word('noneOf')].flatMap((name) =>
      this.all('group', name).flatMap((group) => textsOfPart(group, 'label')),
    );
  }

  /** The names to select from, in order, "No status" last. */
  async options(): Promise<string[]> {
    await this.#open();
    const names = this.#boxes().map(([name]) => name);
    this.element.hide();
    return names;
  }

  /** Checks these names and unchecks all others. */
  async choose(...names: string[]): Promise<void> {
    await this.#open();
    const offered = this.#boxes().map(([name]) => name);
    const missing = names.find((name) => !offered.includes(name));
    if (missing !== undefined) throw new Error(`The filter does not offer "${missing}", but: ${offered.join(', ')}`);
    for (const [name, box] of this.#boxes()) if (box.checked !== names.includes(name)) box.click();
    await this.settled();
    this.element.hide();
  }

  /** Sets the condition: items with any of the selected statuses, or with none of them. */
  async match(op: 'any-of' | 'none-of'): Promise<void> {
    await this.#open();
    await this.click('radio', this.word(op === 'any-of' ? 'anyOf' : 'noneOf'));
    await this.settled();
    this.element.hide();
  }

  /** Clears the filter, so that everything is shown. */
  async clear(): Promise<void> {
    await this.click('button', this.word('clearFilter'));
    await this.settled();
  }

  /** Each checkbox with the name beside it; its accessible name also includes the count. */
  #boxes(): [name: string, box: HTMLInputElement][] {
    return this.all('checkbox').map((box) => [
      textsOfPart(box.closest('label') ?? this.root, 'label')[0] ?? '',
      box as HTMLInputElement,
    ]);
  }

  async #open(): Promise<void> {
    await this.settled();
    this.element.show();
    await this.until(
      () => this.#boxes().length > 0,
      () => 'its checkboxes; is it disabled?',
    );
  }
}
