/** Tests of the settings element as a whole. */
import { expect, fixture, html } from '@open-wc/testing';
import { allByRole, announced, byRole, holdingTimers, nextEvent, queryByRole, until } from '../../../test/support.js';
import { emulateMediaFeatures } from '../../../test/commands.js';
import { MemoryAdapter } from '../../adapters/memory.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineSettings } from './pipeline-settings.js';
import {
  NAMES,
  button,
  click,
  delay,
  field,
  focused,
  message,
  pipeline,
  press,
  refuse,
  retype,
  rows,
  settings,
  stored,
  type,
  use,
} from './test-settings.js';

const LONG = 'Waiting for the payment and for the signed contract to come back';

const counts = (element: Element): string[] =>
  allByRole(element, 'listitem').map((row) => row.querySelector('[part=count] .sentence')?.textContent ?? '');

describe('<pipeline-settings>', () => {
  describe('the list', () => {
    it('shows the statuses in order, with their colors and counts', async () => {
      const adapter = await pipeline();
      await use(adapter, 'leads', 1234);
      await use(adapter, 'purchase', 1);
      const element = await settings(adapter);
      expect(byRole(element, 'list', 'Statuses')).to.exist;
      expect(rows(element)).to.deep.equal(NAMES);
      await until(() => counts(element)[0] === '1,234 conversations');
      expect(counts(element)).to.deep.equal(['1,234 conversations', '1 conversation', '0 conversations']);
      const chip = element.shadowRoot!.querySelector<HTMLElement>('.chip')!;
      expect(chip.part.contains('status-leads')).to.equal(true);
      expect(chip.style.getPropertyValue('--_c')).to.equal('var(--pipeline-status-leads, #2775f8)');
    });

    it('puts the handle first and the delete button last, each named after its status', async () => {
      const element = await settings(await pipeline(['Leads']));
      const [row] = allByRole(element, 'listitem');
      const names = allByRole(row!, 'button').map((each) => each.getAttribute('aria-label'));
      expect(names).to.deep.equal(['Reorder Leads', 'Edit Leads', 'Delete Leads']);
      expect(row!.firstElementChild!.part.contains('handle')).to.equal(true);
    });

    it('follows changes by others, and updates the counts', async () => {
      const adapter = await pipeline();
      const element = await settings(adapter);
      await use(adapter, 'leads', 2);
      await until(() => counts(element)[0] === '2 conversations');
      await adapter.moveStatus('repurchase', null);
      await until(() => rows(element)[0] === 'Repurchase');
      await adapter.createStatus({ id: 'won', name: 'Won', color: '#03a74d' });
      await until(() => rows(element).length === 4);
    });

    it('keeps focus on a row that others move, and moves it on from a row that they delete', async () => {
      const adapter = await pipeline(['A', 'B', 'C', 'D']);
      const element = await settings(adapter);
      for (const name of ['Reorder B', 'Edit B', 'Delete B']) {
        button(element, name).focus();
        for (const after of ['d', null, 'c', 'a']) {
          await adapter.moveStatus('b', after);
          await adapter.moveStatus('a', after === null ? 'b' : null);
          const order = await stored(adapter);
          await until(() => rows(element).join() === order.join());
          await element.updateComplete;
          expect(focused(), `${name} after ${after}`).to.equal(button(element, name));
        }
      }
      for (const next of ['Delete C', 'Delete D', 'Delete A', undefined]) {
        const name = focused()!.getAttribute('aria-label')!.slice(-1);
        const { id, version } = (await adapter.listStatuses()).items.find((status) => status.name === name)!;
        await adapter.deleteStatus(id, { ifVersion: version });
        await until(() => !rows(element).includes(name));
        await element.updateComplete;
        expect(focused()).to.equal(next ? button(element, next) : field(element));
      }
    });

    it('shows no counts if the adapter cannot count', async () => {
      const adapter = await pipeline();
      Object.assign(adapter, { count: undefined });
      const element = await settings(adapter);
      await element.updateComplete;
      expect(element.shadowRoot!.querySelector('[part=count]')).to.equal(null);
    });

    it('has no controls when it is read only', async () => {
      const adapter = await pipeline();
      await use(adapter, 'leads', 1);
      const element = await settings(adapter);
      await click(button(element, 'Add status'));
      element.readonly = true;
      await element.updateComplete;
      expect(rows(element)).to.deep.equal(NAMES);
      await until(() => counts(element)[0] === '1 conversation');
      expect(element.shadowRoot!.querySelectorAll('button, input, form').length).to.equal(0);
      const empty = await settings(new MemoryAdapter());
      empty.readonly = true;
      await empty.updateComplete;
      expect(empty.shadowRoot!.querySelector('[part=empty]')!.textContent).to.equal('No statuses yet');
    });

    it('keeps a name from being markup', async () => {
      const name = '<img src=x onerror=alert(1)>';
      const element = await settings(await pipeline([name]));
      expect(rows(element)).to.deep.equal([name]);
      expect(element.shadowRoot!.querySelector('img')).to.equal(null);
    });

    it('shows 200 statuses and moves the last to the top', async () => {
      const names = Array.from({ length: 200 }, (_, i) => `Step ${i + 1}`);
      const adapter = await pipeline(names);
      const element = await settings(adapter);
      expect(element.shadowRoot!.querySelectorAll('ol > li').length).to.equal(200);
      const handle = element.shadowRoot!.querySelector<HTMLElement>('li:last-child .handle')!;
      handle.focus();
      await press(' ', 'Home', ' ');
      await until(async () => (await stored(adapter))[0] === 'Step 200');
      const first = (): HTMLElement => element.shadowRoot!.querySelector<HTMLElement>('li:first-child .handle')!;
      await until(() => focused() === first());
      const { top, bottom } = first().getBoundingClientRect();
      expect(top >= 0 && bottom <= innerHeight, 'in sight').to.equal(true);
    }).timeout(20_000);

    it('focuses its first control, but not on a click beside it', async () => {
      const element = await settings(await pipeline());
      element.focus();
      expect(focused()).to.equal(button(element, 'Reorder Leads'));
      button(element, 'Reorder Leads').blur();
      await click(element.shadowRoot!.querySelector('.name .label')!);
      expect(focused()).to.not.equal(button(element, 'Reorder Leads'));
    });
  });

  describe('an empty pipeline', () => {
    it('offers the form for the first status, without taking focus', async () => {
      const element = await settings(new MemoryAdapter());
      expect(element.matches(':state(empty)')).to.equal(true);
      expect(byRole(element, 'heading').textContent).to.equal('Set up your pipeline');
      expect(focused()).to.not.equal(field(element));
      await click(field(element));
      await type('Leads');
      await press('Enter');
      await until(() => rows(element).length === 1);
      expect(element.matches(':state(empty)')).to.equal(false);
      await until(() => focused() === field(element), 'focus to stay in the form');
      expect(queryByRole(element, 'heading')).to.equal(undefined);
    });

    it('starts from examples', async () => {
      const adapter = new MemoryAdapter();
      const element = await settings(adapter);
      const actions: string[] = [];
      element.addEventListener('pipeline-statuses-change', (event) => actions.push(event.action));
      await click(button(element, 'Use example statuses'));
      await until(() => rows(element).join() === 'Leads,Purchase,Repurchase');
      await until(() => queryByRole(element, 'button', 'Add status') === focused());
      const colors = (await adapter.listStatuses()).items.map(({ color }) => color);
      expect(colors).to.deep.equal(['#2775f8', '#fb0547', '#8b91a5']);
      expect(actions).to.deep.equal(['create', 'create', 'create']);
      await until(() => announced().includes('Repurchase added at position 3.'));
    });

    it('shows why the examples could not be added', async () => {
      const adapter = new MemoryAdapter();
      const element = await settings(adapter);
      refuse(adapter, 'createStatus');
      await click(button(element, 'Use example statuses'));
      await until(() => message(element) === "Couldn't add Leads. You are not allowed to do this.");
      expect(button(element, 'Use example statuses')).to.exist;
    });

    it('keeps what is being typed when another user adds the first status', async () => {
      const adapter = new MemoryAdapter();
      const element = await settings(adapter);
      await click(field(element));
      await type('Lea');
      await adapter.createStatus({ id: 'won', name: 'Won', color: '#2775f8' });
      await until(() => rows(element).length === 1);
      expect(field(element).value).to.equal('Lea');
      expect(focused()).to.equal(field(element));
    });

    it('keeps the form open while it has focus when another user adds the first status', async () => {
      const adapter = new MemoryAdapter();
      const element = await settings(adapter);
      await click(field(element));
      await adapter.createStatus({ id: 'won', name: 'Won', color: '#2775f8' });
      await until(() => rows(element).length === 1);
      expect(focused()).to.equal(field(element));
      await type('Lost');
      await press('Enter');
      await until(() => rows(element).join() === 'Won,Lost');
    });

    it('closes an untouched form when another user adds the first status, and a canceled one at once', async () => {
      const adapter = new MemoryAdapter();
      const element = await settings(adapter);
      await adapter.createStatus({ id: 'won', name: 'Won', color: '#2775f8' });
      await until(() => queryByRole(element, 'button', 'Add status'));
      const other = await settings(new MemoryAdapter());
      await click(button(other, 'Cancel'));
      await until(() => queryByRole(other, 'button', 'Add status') === focused());
      expect(queryByRole(other, 'textbox')).to.equal(undefined);
    });
  });

  describe('loading', () => {
    it('shows a placeholder, and announces slow loading', async () => {
      const adapter = await pipeline();
      const go = delay(adapter, 'listStatuses');
      const element = await fixture<PipelineSettings>(
        html`<pipeline-settings .adapter=${adapter}></pipeline-settings>`,
      );
      await element.updateComplete;
      expect(element.matches(':state(loading)')).to.equal(true);
      const busy = element.shadowRoot!.querySelector('[aria-busy=true]')!;
      expect(busy.textContent).to.contain('Loading statuses');
      expect(busy.querySelectorAll('[part=skeleton]').length).to.equal(4);
      await until(() => announced().includes('Loading statuses'));
      go();
      await until(() => rows(element).length === 3);
      expect(element.matches(':state(loading)')).to.equal(false);
    });

    it('announces nothing if loading is fast', async () => {
      await holdingTimers(async (fire) => {
        const before = announced();
        const element = await settings(await pipeline());
        await click(button(element, 'Delete Leads'));
        await until(() => announced() !== before);
        await fire();
        expect(announced()).to.contain('Leads deleted.');
      });
    });

    it('announces nothing after it was removed from the page', async () => {
      await holdingTimers(async (fire) => {
        const element = await settings(await pipeline());
        await click(button(element, 'Delete Purchase'));
        await until(() => announced().includes('Purchase deleted.'));
        element.remove();
        element.requestUpdate();
        await fire();
        expect(announced()).to.contain('Purchase deleted.');
      });
    });

    it('shows why the list could not be loaded, and retries', async () => {
      const adapter = await pipeline();
      refuse(adapter, 'listStatuses', new PipelineError('offline', 'no'), 2);
      const box = await fixture<HTMLElement>(html`<div></div>`);
      const failed = nextEvent(box, 'pipeline-error');
      const element = Object.assign(document.createElement('pipeline-settings'), { adapter });
      box.append(element);
      expect((await failed).action).to.equal('load');
      await until(() => element.matches(':state(error)'));
      const text = 'The statuses could not be loaded. No connection.';
      expect(element.shadowRoot!.querySelector('[part=error]')!.textContent).to.equal(text);
      await until(() => announced().includes(text));
      await click(button(element, 'Try again'));
      await until(() => element.matches(':state(error)'));
      await click(button(element, 'Try again'));
      await until(() => rows(element).length === 3);
      await until(() => focused() === button(element, 'Add status'));
      expect(element.matches(':state(error)')).to.equal(false);
    });

    it('keeps the list and its controls if reloading fails', async () => {
      const adapter = await pipeline();
      const element = await settings(adapter);
      refuse(adapter, 'listStatuses', new PipelineError('unavailable', 'no'), 2);
      refuse(adapter, 'updateStatus', new PipelineError('not-found', 'no'));
      await click(button(element, 'Edit Leads'));
      await until(() => focused() === field(element));
      await retype('Prospects');
      await press('Enter');
      await until(() => queryByRole(element, 'button', 'Try again'));
      expect(rows(element)).to.deep.equal(NAMES);
      expect(button(element, 'Add status')).to.exist;
    });

    it('warns if nothing will be saved on this device', async () => {
      const adapter = Object.assign(await pipeline(), { persistence: 'session' });
      const element = await settings(adapter);
      expect(element.shadowRoot!.querySelector('.banner')!.textContent).to.contain('Not saved on this device');
    });
  });

  describe('texts', () => {
    it('changes language and strings without losing focus or typed text', async () => {
      const element = await settings(await pipeline());
      await click(button(element, 'Add status'));
      await until(() => focused() === field(element));
      await type('Baru');
      const input = field(element);
      element.locale = 'id';
      await until(() => queryByRole(element, 'button', 'Tambah'));
      expect(byRole(element, 'radio', 'Merah muda')).to.exist;
      expect(focused()).to.equal(input);
      expect(input.value).to.equal('Baru');
      element.strings = { add: 'Simpan ini' };
      await until(() => queryByRole(element, 'button', 'Simpan ini'));
      expect([focused(), input.value]).to.deep.equal([input, 'Baru']);
      await press('Enter');
      await until(() => rows(element).length === 4);
    });

    it('translates the message that is shown', async () => {
      const element = await settings(await pipeline());
      await click(button(element, 'Delete Leads'));
      await until(() => message(element) === 'Leads deleted.');
      element.locale = 'id';
      await until(() => message(element) === 'Leads dihapus.');
      expect(button(element, 'Urungkan')).to.exist;
    });

    it('names the examples in the language of the page', async () => {
      const adapter = new MemoryAdapter();
      const element = await settings(adapter);
      element.locale = 'id';
      await click(await until(() => queryByRole(element, 'button', 'Gunakan contoh status')));
      await until(async () => (await stored(adapter)).join() === 'Leads,Purchase,Repurchase');
    });
  });

  describe('accessibility', () => {
    for (const [scheme, dir] of [
      ['light', 'ltr'],
      ['dark', 'rtl'],
    ] as const) {
      it(`has no axe violations in any state, ${scheme}, ${dir}`, async () => {
        const adapter = await pipeline([...NAMES, LONG]);
        await use(adapter, 'leads', 2);
        const box = await fixture<HTMLElement>(
          html`<div dir=${dir}><pipeline-settings .adapter=${adapter}></pipeline-settings></div>`,
        );
        box.style.colorScheme = scheme;
        box.style.background = scheme === 'dark' ? '#111' : '#fff';
        const element = box.querySelector('pipeline-settings')!;
        await until(() => rows(element).length === 4 && counts(element)[0] === '2 conversations');
        await expect(element).to.be.accessible();

        await click(button(element, 'Add status'));
        await press('Enter');
        await until(() => field(element).ariaInvalid === 'true');
        await expect(element).to.be.accessible();
        await type('Half');
        await click(button(element, 'Edit Purchase'));
        await until(() => allByRole(element, 'textbox').length === 2);
        await expect(element).to.be.accessible();

        await click(button(element, 'Reorder Leads'));
        await until(() => queryByRole(element, 'menu'));
        await expect(element).to.be.accessible();
        await press('Escape');

        await click(button(element, 'Delete Leads'));
        await until(() => queryByRole(element, 'dialog'));
        await expect(element).to.be.accessible();
        await click(byRole(byRole(element, 'dialog'), 'button', 'Delete'));
        await until(() => message(element) !== '');
        await expect(element).to.be.accessible();

        const empty = await settings(new MemoryAdapter());
        await expect(empty).to.be.accessible();
      }).timeout(30_000);
    }

    it('mirrors in right-to-left: handle at the start, delete button at the end', async () => {
      const box = await fixture<HTMLElement>(
        html`<div dir="rtl"><pipeline-settings .adapter=${await pipeline()}></pipeline-settings></div>`,
      );
      const element = box.querySelector('pipeline-settings')!;
      await until(() => rows(element).length === 3);
      const left = (name: string): number => button(element, name).getBoundingClientRect().left;
      expect(left('Reorder Leads')).to.be.greaterThan(left('Edit Leads'));
      expect(left('Edit Leads')).to.be.greaterThan(left('Delete Leads'));
    });

    it('shows the full stop of an English sentence at its end in a right-to-left page', async () => {
      const adapter = await pipeline();
      await use(adapter, 'leads', 24);
      const box = await fixture<HTMLElement>(
        html`<div dir="rtl"><pipeline-settings .adapter=${adapter}></pipeline-settings></div>`,
      );
      const element = box.querySelector('pipeline-settings')!;
      const left = (node: Node, at: number): number => {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        return range.getBoundingClientRect().left;
      };
      const isFromTheLeft = (selector: string): void => {
        const sentence = element.shadowRoot!.querySelector(selector)!;
        const texts = [...sentence.childNodes].filter((node) => node instanceof Text && node.data.trim()) as Text[];
        const [first, last] = [texts[0]!, texts.at(-1)!];
        expect(left(first, 0), first.data).to.be.lessThan(left(last, last.data.trimEnd().length - 1));
      };
      await until(() => counts(element)[0] === '24 conversations');
      isFromTheLeft('.sentence');
      await click(button(element, 'Delete Leads'));
      await until(() => queryByRole(element, 'dialog'));
      isFromTheLeft('h2');
      await click(byRole(byRole(element, 'dialog'), 'button', 'Delete'));
      await until(() => message(element) !== '');
      isFromTheLeft('.message-text');
    });

    it('has click targets of at least 24 px, or as large as the page sets', async () => {
      const element = await settings(await pipeline());
      const targets = (): HTMLElement[] => [
        ...element.shadowRoot!.querySelectorAll<HTMLElement>('button, input[type=radio], input[type=color]'),
      ];
      await click(button(element, 'Add status'));
      await until(() => targets().length > 15);
      for (const target of targets()) {
        const { width, height } = target.getBoundingClientRect();
        expect(Math.min(width, height), target.outerHTML).to.be.at.least(24);
      }
      element.style.setProperty('--pipeline-control-size', '44px');
      await element.updateComplete;
      for (const target of targets()) {
        const { width, height } = target.getBoundingClientRect();
        expect(Math.min(width, height), target.outerHTML).to.be.at.least(44);
      }
    });

    it('keeps the chosen color and the grabbed row visible in forced colors', async () => {
      await emulateMediaFeatures({ 'forced-colors': 'active' });
      try {
        const element = await settings(await pipeline());
        await click(button(element, 'Add status'));
        await until(() => queryByRole(element, 'radio', 'Olive'));
        const dot = byRole(element, 'radio', 'Olive').nextElementSibling!;
        expect(getComputedStyle(dot).outlineStyle).to.equal('solid');
        expect(getComputedStyle(dot).backgroundColor).to.equal('rgb(136, 119, 3)');
        button(element, 'Reorder Leads').focus();
        await press(' ');
        const row = await until(() => element.shadowRoot!.querySelector('[data-grabbed]'));
        expect(getComputedStyle(row).outlineStyle).to.equal('solid');
      } finally {
        await emulateMediaFeatures({});
      }
    });
  });
});
