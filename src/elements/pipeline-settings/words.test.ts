/** All texts and announcements while a pipeline is set up, in English and Indonesian. */
import { expect, fixture, html } from '@open-wc/testing';
import { computeAccessibleDescription } from 'dom-accessibility-api';
import { allByRole, announced, byRole, queryByRole, until } from '../../../test/support.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineSettings } from './pipeline-settings.js';
import {
  altPress,
  click,
  focused,
  pipeline,
  press,
  problem,
  refuse,
  retype,
  rows,
  type,
  use,
} from './test-settings.js';

const WORDS = {
  en: {
    add: 'Add status',
    name: 'Status name',
    color: 'Color',
    colors: ['Blue', 'Red', 'Slate', 'Olive', 'Teal', 'Rust', 'Clay', 'Violet', 'Green', 'Pink', 'Custom color'],
    addIt: 'Add',
    cancel: 'Cancel',
    added: 'Won added at position 4.',
    reorder: (name: string) => `Reorder ${name}`,
    edit: (name: string) => `Edit ${name}`,
    remove: (name: string) => `Delete ${name}`,
    hint: 'Space to move with arrow keys, Enter for the move menu',
    menu: ['Move up', 'Move down', 'Move to top', 'Move to bottom'],
    grabbed: 'Leads grabbed, position 1 of 3. Arrows move, Space drops, Escape cancels.',
    moved: 'Leads, position 2 of 3.',
    dropped: 'Leads moved from position 1 to 2 of 3.',
    first: 'Leads is already first.',
    last: 'Repurchase is already last.',
    cancelled: 'Move canceled. Leads is back at position 1.',
    refused: 'Order not saved. Leads is back at position 1.',
    deleted: 'Leads deleted.',
    undo: 'Undo',
    restored: 'Leads is back at position 1.',
    usage: '1,250 conversations',
    title: 'Delete “Leads”?',
    question: '1,250 conversations have this status. Where should they go?',
    none: 'No status',
    moveTo: 'Move to',
    confirm: 'Delete',
    deletedMoved: 'Leads deleted. 1,250 conversations moved to Purchase.',
    empty: 'Set up your pipeline',
    examples: 'Use example statuses',
    nameEmpty: 'Enter a name.',
    nameTaken: 'There is already a status named “Purchase”.',
    save: 'Save',
    saved: 'Prospects saved.',
  },
  id: {
    add: 'Tambah status',
    name: 'Nama status',
    color: 'Warna',
    colors: [
      ...[
        'Biru',
        'Merah',
        'Abu-abu',
        'Hijau zaitun',
        'Toska',
        'Oranye tua',
        'Cokelat muda',
        'Ungu',
        'Hijau',
        'Merah muda',
      ],
      'Warna lain',
    ],
    addIt: 'Tambah',
    cancel: 'Batal',
    added: 'Won ditambahkan di posisi 4.',
    reorder: (name: string) => `Ubah urutan ${name}`,
    edit: (name: string) => `Ubah ${name}`,
    remove: (name: string) => `Hapus ${name}`,
    hint: 'Spasi untuk memindahkan dengan tombol panah, Enter untuk menu pindah',
    menu: ['Pindah ke atas', 'Pindah ke bawah', 'Pindah paling atas', 'Pindah paling bawah'],
    grabbed: 'Leads diambil, posisi 1 dari 3. Panah memindahkan, Spasi meletakkan, Escape membatalkan.',
    moved: 'Leads, posisi 2 dari 3.',
    dropped: 'Leads dipindahkan dari posisi 1 ke 2 dari 3.',
    first: 'Leads sudah paling atas.',
    last: 'Repurchase sudah paling bawah.',
    cancelled: 'Pemindahan dibatalkan. Leads kembali ke posisi 1.',
    refused: 'Urutan gagal disimpan. Leads kembali ke posisi 1.',
    deleted: 'Leads dihapus.',
    undo: 'Urungkan',
    restored: 'Leads kembali di posisi 1.',
    usage: '1.250 percakapan',
    title: 'Hapus “Leads”?',
    question: '1.250 percakapan memiliki status ini. Percakapan ini mau dipindahkan ke mana?',
    none: 'Tanpa status',
    moveTo: 'Pindahkan ke',
    confirm: 'Hapus',
    deletedMoved: 'Leads dihapus. 1.250 percakapan dipindahkan ke Purchase.',
    empty: 'Siapkan pipeline Anda',
    examples: 'Gunakan contoh status',
    nameEmpty: 'Masukkan nama.',
    nameTaken: 'Sudah ada status bernama “Purchase”.',
    save: 'Simpan',
    saved: 'Prospects disimpan.',
  },
} as const;

const says = (text: string): Promise<boolean> =>
  until(() => announced().includes(text), `"${text}", not "${announced()}"`);

for (const [lang, words] of Object.entries(WORDS)) {
  describe(`<pipeline-settings> in ${lang}`, () => {
    const named = (element: Element, name: string): HTMLElement => byRole(element, 'button', name);

    async function open(adapter: MemoryAdapter): Promise<PipelineSettings> {
      const page = await fixture<HTMLElement>(
        html`<div lang=${lang}><pipeline-settings .adapter=${adapter}></pipeline-settings></div>`,
      );
      const element = page.querySelector('pipeline-settings')!;
      await until(() => !element.matches(':state(loading)') && queryByRole(element, 'button', words.add));
      return element;
    }

    it('announces where a status was added', async () => {
      const element = await open(await pipeline());
      await click(named(element, words.add));
      await until(() => focused() === byRole(element, 'textbox', words.name));
      expect(byRole(element, 'radiogroup', words.color)).to.exist;
      for (const color of words.colors.slice(0, -1)) expect(byRole(element, 'radio', color)).to.exist;
      expect(element.shadowRoot!.querySelector('input[type=color]')!.getAttribute('aria-label')).to.equal(
        words.colors.at(-1),
      );
      expect(named(element, words.cancel)).to.exist;
      await press('Enter');
      await until(() => problem(element) === words.nameEmpty);
      await type('purchase');
      await click(named(element, words.addIt));
      await until(() => problem(element) === words.nameTaken);
      await retype('Won');
      await press('Enter');
      await says(words.added);
    });

    it('announces a rename', async () => {
      const element = await open(await pipeline());
      await click(named(element, words.edit('Leads')));
      await until(() => focused() === byRole(element, 'textbox', words.name));
      await retype('Prospects');
      await click(named(element, words.save));
      await says(words.saved);
    });

    it('announces each step of reordering with the arrow keys', async () => {
      const adapter = await pipeline();
      const element = await open(adapter);
      const handle = named(element, words.reorder('Leads'));
      expect(computeAccessibleDescription(handle)).to.equal(words.hint);
      handle.focus();
      await press(' ');
      await says(words.grabbed);
      await press('ArrowDown');
      await says(words.moved);
      await press(' ');
      await says(words.dropped);
      await altPress('ArrowUp');
      await until(() => rows(element)[0] === 'Leads');
      await altPress('ArrowUp');
      await says(words.first);
      named(element, words.reorder('Repurchase')).focus();
      await altPress('ArrowDown');
      await says(words.last);
      named(element, words.reorder('Leads')).focus();
      await press(' ', 'ArrowDown', 'Escape');
      await says(words.cancelled);
      refuse(adapter, 'moveStatus', new PipelineError('offline', 'no'));
      await altPress('ArrowDown');
      await says(words.refused);
    });

    it('shows the moves in a menu', async () => {
      const element = await open(await pipeline());
      await click(named(element, words.reorder('Purchase')));
      await until(() => queryByRole(element, 'menu'));
      expect(allByRole(element, 'menuitem').map((item) => item.textContent.trim())).to.deep.equal(words.menu);
    });

    it('announces a delete and its undo', async () => {
      const element = await open(await pipeline());
      await click(named(element, words.remove('Leads')));
      await says(words.deleted);
      await click(named(element, words.undo));
      await says(words.restored);
    });

    it('asks what should happen to the conversations, with localized numbers', async () => {
      const adapter = await pipeline();
      await use(adapter, 'leads', 1250);
      const element = await open(adapter);
      await until(() => element.shadowRoot!.querySelector('.sentence')?.textContent === words.usage);
      await click(named(element, words.remove('Leads')));
      const dialog = await until(() => queryByRole(element, 'dialog', words.title));
      expect(dialog.textContent).to.include(words.question);
      expect(byRole(element, 'radio', words.none)).to.exist;
      await click(byRole(element, 'radio', words.moveTo));
      await click(named(element, words.confirm));
      await says(words.deletedMoved);
    });

    it('shows the empty state', async () => {
      const page = await fixture<HTMLElement>(
        html`<div lang=${lang}><pipeline-settings .adapter=${new MemoryAdapter()}></pipeline-settings></div>`,
      );
      const element = page.querySelector('pipeline-settings')!;
      expect(await until(() => queryByRole(element, 'heading', words.empty))).to.exist;
      expect(named(element, words.examples)).to.exist;
    });
  });
}
