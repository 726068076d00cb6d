/** Test harness for `<pipeline-settings>`. */
import type { PipelineSettings } from '../../elements/pipeline-settings/pipeline-settings.js';
import { textsOfPart } from './find.js';
import { Harness } from './harness.js';

const MOVES = { up: 'moveUp', down: 'moveDown', top: 'moveToTop', bottom: 'moveToBottom' } as const;

/** Operates a `<pipeline-settings>` as a user does. */
export class SettingsHarness extends Harness<PipelineSettings> {
  /** The names of the statuses, in order. */
  get statuses(): string[] {
    return this.all('listitem').flatMap((row) => textsOfPart(row, 'label').slice(0, 1));
  }

  /** Adds a status at the end. `color`: the name of a swatch, or `#rrggbb`. */
  async add(name: string, { color }: { color?: string } = {}): Promise<void> {
    await this.settled();
    const label = this.word('addStatus');
    if (!this.all('form', label).length) await this.click('button', label);
    await this.#fill(label, name, color);
    await this.#submit(label, 'add', () => this.statuses.includes(name));
  }

  /** Changes the name or the color of a status. */
  async edit(name: string, to: { name?: string; color?: string }): Promise<void> {
    await this.settled();
    const label = this.word('editName', name);
    await this.click('button', label);
    await this.#fill(label, to.name, to.color);
    await this.#submit(label, 'save', () => !this.all('form', label).length);
  }

  /** Moves a status with the menu of its handle. */
  async move(name: string, where: keyof typeof MOVES): Promise<void> {
    await this.settled();
    await this.click('button', this.word('reorderName', name));
    await this.click('menuitem', this.word(MOVES[where]));
    await this.settled();
  }

  /**
   * Deletes a status. `moveTo` says what happens to its conversations, if it has any: the name of another status, or
   * `null` for no status.
   */
  async delete(name: string, { moveTo }: { moveTo?: string | null } = {}): Promise<void> {
    await this.settled();
    await this.click('button', this.word('deleteName', name));
    await this.until(
      () => this.all('dialog').length > 0 || !this.statuses.includes(name) || this.error !== '',
      () => `"${name}" to go, or a question`,
    );
    if (this.all('dialog').length) await this.#answer(name, moveTo);
    await this.settled();
  }

  /** Undoes the last delete. */
  async undo(): Promise<void> {
    await this.click('button', this.word('undo'));
    await this.settled();
  }

  /** Adds the example statuses to an empty pipeline. */
  async useExamples(): Promise<void> {
    await this.settled();
    await this.click('button', this.word('useExamples'));
    await this.settled();
  }

  async #fill(label: string, name: string | undefined, color: string | undefined): Promise<void> {
    const form = await this.one('form', label);
    if (name !== undefined) enter(await this.one('textbox', this.word('statusName'), form), name);
    if (color?.startsWith('#')) enter(await this.one('color', this.word('customColor'), form), color);
    else if (color !== undefined) await this.click('radio', color, form);
  }

  async #submit(label: string, button: 'add' | 'save', isDone: () => boolean): Promise<void> {
    await this.click('button', this.word(button), await this.one('form', label));
    await this.until(
      () => isDone() || this.error !== '',
      () => 'the form to be taken or refused',
    );
    await this.settled();
  }

  async #answer(name: string, moveTo: string | null | undefined): Promise<void> {
    if (moveTo === undefined) {
      await this.click('button', this.word('cancel'));
      throw new Error(`Conversations have the status "${name}": say what should happen to them, with moveTo.`);
    }
    if (moveTo === null) await this.click('radio', this.word('noStatus'));
    else {
      const list = (await this.one('combobox', this.word('moveTo'))) as HTMLSelectElement;
      const option = [...list.options].find(({ text }) => text === moveTo);
      if (!option) throw new Error(`Conversations cannot be moved to "${moveTo}".`);
      list.value = option.value;
      list.dispatchEvent(new Event('change', { bubbles: true }));
    }
    await this.click('button', this.word('delete'));
    await this.until(
      () => !this.all('dialog').length || this.error !== '',
      () => 'the dialog to close',
    );
  }
}

function enter(field: HTMLElement, text: string): void {
  (field as HTMLInputElement).value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
}
