/** Changing the language or the strings during an interaction changes only the texts. */
import { expect } from '@open-wc/testing';
import { allByRole, announced, byRole, queryByRole, until } from '../../../test/support.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineSettings } from './pipeline-settings.js';
import {
  button,
  click,
  field,
  focused,
  message,
  pipeline,
  press,
  problem,
  refuse,
  retype,
  rows,
  settings,
  statusOf,
  stored,
  type,
  use,
} from './test-settings.js';

/** Switches to Indonesian, then overrides the text of one button. */
async function speak(
  element: PipelineSettings,
  key: 'reorderName' | 'save' | 'delete',
  indonesian: string,
  own: string,
): Promise<void> {
  element.locale = 'id';
  await until(() => queryByRole(element, 'button', indonesian), indonesian);
  element.strings = { [key]: own };
  await until(() => queryByRole(element, 'button', own), own);
  await element.updateComplete;
}

describe('<pipeline-settings> language changes', () => {
  it('keep a row grabbed', async () => {
    const element = await settings(await pipeline());
    const handle = button(element, 'Reorder Leads');
    handle.focus();
    await press(' ', 'ArrowDown');
    await until(() => rows(element).join() === 'Purchase,Leads,Repurchase');
    await speak(element, 'reorderName', 'Ubah urutan Leads', 'Shift it');
    expect(focused() === handle, 'focus').to.equal(true);
    expect(handle.closest('li')!.hasAttribute('data-grabbed'), 'grabbed').to.equal(true);
    expect(element.matches(':state(dragging)')).to.equal(true);
    expect(await stored(element.adapter!), 'nothing is written').to.deep.equal(['Leads', 'Purchase', 'Repurchase']);
    await press('ArrowDown');
    await until(() => announced().includes('Leads, posisi 3 dari 3.'));
    await press(' ');
    await until(async () => (await stored(element.adapter!)).join() === 'Purchase,Repurchase,Leads');
  });

  it('keep the typed text, the caret and the color in the form', async () => {
    const element = await settings(await pipeline());
    await click(button(element, 'Edit Leads'));
    await until(() => focused() === field(element));
    await retype('Prospects');
    await click(byRole(element, 'radio', 'Olive'));
    const input = field(element);
    input.focus();
    input.setSelectionRange(2, 5, 'backward');
    await speak(element, 'save', 'Simpan', 'Keep it');
    expect(byRole(element, 'textbox', 'Nama status') === input).to.equal(true);
    expect(focused() === input, 'focus').to.equal(true);
    expect([input.value, input.selectionStart, input.selectionEnd, input.selectionDirection]).to.deep.equal([
      ...['Prospects', 2, 5],
      'backward',
    ]);
    expect((byRole(element, 'radio', 'Hijau zaitun') as HTMLInputElement).checked).to.equal(true);
    await type('X');
    await press('Enter');
    await until(async () => (await stored(element.adapter!))[0] === 'PrXects');
  });

  it('keep the dialog and what is chosen in it', async () => {
    const adapter = await pipeline();
    await use(adapter, 'leads', 2);
    const element = await settings(adapter);
    await until(() => element.shadowRoot!.querySelector('.count'));
    await click(button(element, 'Delete Leads'));
    const dialog = await until(() => queryByRole(element, 'dialog', 'Delete “Leads”?'));
    const list = byRole(dialog, 'combobox', 'Move to') as HTMLSelectElement;
    list.focus();
    await type('Rep');
    await until(() => (byRole(dialog, 'radio', 'Move to') as HTMLInputElement).checked);
    await speak(element, 'delete', 'Hapus', 'Away with it');
    expect(dialog.matches(':modal') && byRole(element, 'dialog', 'Hapus “Leads”?') === dialog).to.equal(true);
    expect(focused() === list, 'focus').to.equal(true);
    expect(list.selectedOptions[0]!.text).to.equal('Repurchase');
    expect(allByRole(dialog, 'radio').map((radio) => (radio as HTMLInputElement).checked)).to.deep.equal([false, true]);
    await click(byRole(dialog, 'button', 'Away with it'));
    await until(async () => (await statusOf(adapter, 'leads-0')) === 'repurchase');
  });

  it('translate why something failed', async () => {
    const adapter = await pipeline();
    await use(adapter, 'leads', 2);
    const element = await settings(adapter);
    await until(() => element.shadowRoot!.querySelector('.count'));
    refuse(adapter, 'deleteStatus', new PipelineError('offline', 'no'), 2);
    await click(button(element, 'Delete Purchase'));
    await until(() => message(element) === "Couldn't delete Purchase. No connection.");
    await click(button(element, 'Delete Leads'));
    await click(byRole(await until(() => queryByRole(element, 'dialog')), 'button', 'Delete'));
    await until(() => problem(element) === "Couldn't delete Leads. No connection.");
    element.locale = 'id';
    await until(() => queryByRole(element, 'button', 'Hapus'));
    expect([message(element), problem(element)]).to.deep.equal([
      'Purchase gagal dihapus. Tidak ada koneksi.',
      'Leads gagal dihapus. Tidak ada koneksi.',
    ]);
  });
});
