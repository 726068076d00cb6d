/** Tests of the picker's messages in each language. */
import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { announced, deepActiveElement, queryByRole, until } from '../../../test/support.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';
import {
  PHONE,
  focusedText,
  hold,
  options,
  pick,
  picker,
  pipeline,
  problem,
  ready,
  shown,
  trigger,
} from './test-picker.js';

/** The expected messages of each language. */
const WORDS = {
  en: {
    name: 'Pipeline status',
    none: 'No status',
    mixed: 'Mixed',
    saved: 'Status changed to Leads.',
    cleared: 'Status removed.',
    failed: 'Status not changed. Still Leads. No connection.',
    search: 'Search statuses',
    found: '2 statuses found',
    nothing: 'No status matches “zzz”',
    clear: 'Clear search',
    undo: 'Undo',
    empty: 'No statuses yet',
    loadFailed: 'The statuses could not be loaded. The server cannot be reached right now.',
    retry: 'Try again',
    days: 'for 3 days',
  },
  id: {
    name: 'Status pipeline',
    none: 'Tanpa status',
    mixed: 'Beragam',
    saved: 'Status diubah menjadi Leads.',
    cleared: 'Status dihapus.',
    failed: 'Status gagal diubah. Tetap Leads. Tidak ada koneksi.',
    search: 'Cari status',
    found: '2 status ditemukan',
    nothing: 'Tidak ada status yang cocok dengan “zzz”',
    clear: 'Hapus pencarian',
    undo: 'Urungkan',
    empty: 'Belum ada status',
    loadFailed: 'Status tidak dapat dimuat. Server sedang tidak dapat dijangkau.',
    retry: 'Coba lagi',
    days: 'selama 3 hari',
  },
} as const;

const DAY = 24 * 60 * 60 * 1000;

/** A picker in a part of the page in this language. */
async function speaking(
  lang: keyof typeof WORDS,
  adapter: MemoryAdapter,
  attributes: Partial<PipelineStatusPicker> = {},
): Promise<PipelineStatusPicker> {
  const page = await fixture<HTMLElement>(html`<div lang=${lang}></div>`);
  const element = document.createElement('pipeline-status-picker');
  Object.assign(element, { adapter, conversationId: PHONE }, attributes);
  page.append(element);
  await until(() => queryByRole(element, 'combobox', WORDS[lang].name), `the words of ${lang}`);
  return element;
}

const text = (element: Element, selector: string): string | undefined =>
  element.shadowRoot!.querySelector(selector)?.textContent?.replace(/\s+/g, ' ').trim();

for (const lang of ['en', 'id'] as const) {
  const words = WORDS[lang];

  describe(`<pipeline-status-picker> messages, ${lang}`, () => {
    it('name the picker, its value, and the result of a change', async () => {
      const adapter = await pipeline();
      const element = await speaking(lang, adapter);
      await ready(element);
      expect(shown(element)).to.equal(words.none);
      await pick(element, 'Leads');
      await until(() => announced().includes(words.saved));
      expect(!queryByRole(element, 'button', words.undo)).to.equal(false);
      const writes = hold(adapter);
      await pick(element, 'Purchase');
      writes[0]!.refuse(new PipelineError('offline', 'no'));
      await until(() => announced().includes(words.failed));
      expect(problem(element)).to.equal(words.failed);
      await pick(element, words.none);
      writes[1]!.go();
      await until(() => announced().includes(words.cleared));
    });

    it('announce the number of search results, or that there are none', async () => {
      const element = await speaking(lang, await pipeline(['Leads', 'Purchase', 'Repurchase']), { searchThreshold: 2 });
      await ready(element);
      element.show();
      const field = await until(() => queryByRole(element, 'combobox', words.search));
      await until(() => deepActiveElement() === field);
      await sendKeys({ type: 'purchase' });
      await until(() => announced().includes(words.found));
      (field as HTMLInputElement).select();
      await sendKeys({ type: 'zzz' });
      await until(() => announced().includes(words.nothing));
      expect(!queryByRole(element, 'button', words.clear)).to.equal(false);
    });

    it('describe an empty pipeline, mixed statuses, and a loading error', async () => {
      const element = await speaking(lang, new MemoryAdapter());
      await ready(element);
      element.show();
      await until(() => text(element, '[part=empty]') === words.empty);

      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: 'a' }], 'leads');
      const bulk = await speaking(lang, adapter, {
        conversations: ['a', 'b'].map((conversationId) => ({ conversationId })),
      });
      await until(() => shown(bulk) === words.mixed);

      const broken = await pipeline();
      broken.listStatuses = () => Promise.reject(new PipelineError('unavailable', 'down'));
      const failed = await speaking(lang, broken);
      failed.show();
      await until(() => text(failed, '.popup [part=error]') === `${words.loadFailed} ${words.retry}`);
    });

    it('show the duration in the details, updated by one timer for the page', async () => {
      const adapter = await pipeline();
      await adapter.setStatus([{ conversationId: PHONE }], 'leads');
      const entry = (await adapter.getEntries([PHONE])).get(PHONE)!;
      const { setInterval, clearInterval } = window;
      const { now } = Date;
      const timers = new Map<number, () => void>();
      try {
        Object.assign(window, {
          setInterval: (tick: () => void, every: number) => {
            expect(every).to.equal(60_000);
            timers.set(timers.size + 1, tick);
            return timers.size;
          },
          clearInterval: (id: number) => timers.delete(id),
        });
        const [first, second] = [
          await speaking(lang, adapter, { placement: 'details' }),
          await speaking(lang, adapter, { placement: 'details' }),
        ];
        const composer = await speaking(lang, adapter, { placement: 'composer' });
        await until(() => shown(first) === 'Leads' && shown(second) === 'Leads');
        expect([timers.size, text(first, '.since')]).to.deep.equal([1, undefined]);
        Date.now = () => entry.changedAt + 3 * DAY + 1000;
        timers.get(1)!();
        await until(() => text(first, '.since') === words.days && text(second, '.since') === words.days);
        expect(text(composer, '.since')).to.equal(undefined);
        first.remove();
        expect(timers.size).to.equal(1);
        second.remove();
        expect(timers.size).to.equal(0);
      } finally {
        Object.assign(window, { setInterval, clearInterval });
        Date.now = now;
      }
    });
  });
}

describe('<pipeline-status-picker> messages, at run time', () => {
  it('change without losing focus or the query', async () => {
    const element = await picker(await pipeline());
    element.searchThreshold = 2;
    element.show();
    const field = (await until(() => queryByRole(element, 'combobox', 'Search statuses'))) as HTMLInputElement;
    await until(() => deepActiveElement() === field);
    await sendKeys({ type: 'pur' });
    field.setSelectionRange(1, 2);
    const change = async (act: () => void, name: string): Promise<void> => {
      act();
      await until(() => queryByRole(element, 'combobox', name));
      expect([deepActiveElement() === field, field.value, field.selectionStart, field.selectionEnd]).to.deep.equal([
        true,
        'pur',
        1,
        2,
      ]);
      expect(options(element)).to.deep.equal(['Purchase', 'Repurchase']);
    };
    await change(() => (element.locale = 'id'), 'Cari status');
    await change(() => (element.strings = { search: 'Cari tahap' }), 'Cari tahap');
    await change(() => (element.strings = null), 'Cari status');
    await change(() => (element.locale = null), 'Search statuses');
  });

  it('change while an option or the pill has focus, also when the language of the page changes', async () => {
    const element = await picker(await pipeline());
    const page = element.parentElement!;
    element.focus();
    page.lang = 'id';
    await until(() => shown(element) === 'Tanpa status');
    expect(deepActiveElement() === trigger(element)).to.equal(true);
    element.show();
    await until(() => focusedText() === 'Tanpa status');
    page.lang = 'en';
    await until(() => focusedText() === 'No status');
    element.strings = { noStatus: 'Nothing yet', pipelineStatus: 'Pipeline status' };
    await until(() => focusedText() === 'Nothing yet');
    page.removeAttribute('lang');
  });

  it('change in an error that is still shown', async () => {
    const adapter = await pipeline();
    const element = await picker(adapter);
    const writes = hold(adapter);
    await pick(element, 'Leads');
    writes[0]!.refuse(new PipelineError('forbidden', 'no'));
    await until(() => problem(element) === 'Status not changed. Still No status. You are not allowed to do this.');
    element.locale = 'id';
    await until(
      () => problem(element) === 'Status gagal diubah. Tetap Tanpa status. Anda tidak diizinkan melakukan ini.',
    );
  });
});
