/** Tests of adding and editing statuses. */
import { expect } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { allByRole, announced, byRole, nextEvent, queryByRole, until } from '../../../test/support.js';
import type { Status } from '../../model/status.js';
import { PipelineError } from '../../model/errors.js';
import { DEFAULT_PALETTE } from '../../model/color.js';
import type { PipelineErrorEvent } from '../../events.js';
import { PipelineStore } from '../../store/pipeline.js';
import type { PipelineSettings } from './pipeline-settings.js';
import {
  button,
  click,
  delay,
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
  stored,
  type,
} from './test-settings.js';

const radio = (element: Element, name: string): HTMLInputElement => byRole(element, 'radio', name) as HTMLInputElement;

const custom = (element: Element): HTMLInputElement =>
  element.shadowRoot!.querySelector<HTMLInputElement>('input[type=color]')!;

async function openAdd(element: PipelineSettings): Promise<void> {
  await click(button(element, 'Add status'));
  await until(() => focused() === field(element), 'focus in the name');
}

async function openEdit(element: PipelineSettings, name: string): Promise<void> {
  await click(button(element, `Edit ${name}`));
  await until(() => focused() === field(element), 'focus in the name');
}

/** Submits the form with another name. */
async function rename(element: PipelineSettings, name: string, to: string): Promise<void> {
  await openEdit(element, name);
  await retype(to);
  await press('Enter');
}

async function find(adapter: Awaited<ReturnType<typeof pipeline>>, id: string): Promise<Status> {
  return (await adapter.listStatuses()).items.find((status) => status.id === id)!;
}

describe('<pipeline-settings> adding', () => {
  it('adds at the end with an unused color, and clears the form for the next status', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    await openAdd(element);
    expect(radio(element, 'Olive').checked).to.equal(true);
    await type('Won');
    const changed = nextEvent(element, 'pipeline-statuses-change');
    await press('Enter');
    const { action, status } = await changed;
    expect([action, status.name, status.color]).to.deep.equal(['create', 'Won', '#887703']);
    expect(status.rank).to.not.equal('');
    await until(() => field(element).value === '');
    expect(rows(element)).to.deep.equal(['Leads', 'Purchase', 'Repurchase', 'Won']);
    expect(await stored(adapter)).to.deep.equal(rows(element));
    expect(focused()).to.equal(field(element));
    expect(radio(element, 'Teal').checked).to.equal(true);
    await until(() => announced().includes('Won added at position 4.'));
    await type('Lost');
    await press('Enter');
    await until(() => rows(element).length === 5);
  });

  it('adds with the button, with a color of the palette, and with a custom color', async () => {
    const adapter = await pipeline([]);
    const element = await settings(adapter);
    await click(field(element));
    await type('  Café\u0301 ');
    await click(radio(element, 'Violet'));
    await click(button(element, 'Add'));
    await until(() => rows(element).length === 1);
    expect((await adapter.listStatuses()).items[0]).to.include({
      name: 'Café\u0301'.normalize('NFC'),
      color: '#8b00f6',
    });
    await until(() => focused() === field(element), 'focus back in the name');
    await type('Other');
    custom(element).value = '#12AB9f';
    custom(element).dispatchEvent(new Event('input', { bubbles: true }));
    await element.updateComplete;
    expect(allByRole(element, 'radio').filter((each) => (each as HTMLInputElement).checked)).to.deep.equal([]);
    await press('Enter');
    await until(() => rows(element).length === 2);
    expect((await adapter.listStatuses()).items[1]!.color).to.equal('#12ab9f');
  });

  it('shows a preview of the status while its name is typed', async () => {
    const element = await settings(await pipeline());
    await openAdd(element);
    await type('Won');
    await click(radio(element, 'Pink'));
    const chip = element.shadowRoot!.querySelector<HTMLElement>('.preview .chip')!;
    expect(chip.textContent.trim()).to.equal('Won');
    expect(chip.style.getPropertyValue('--_c')).to.contain('#e83fa7');
  });

  it('names the colors in a group, and those of a host\u2019s palette as the host does', async () => {
    const element = await settings(await pipeline());
    await openAdd(element);
    const group = byRole(element, 'radiogroup', 'Color');
    expect(allByRole(group, 'radio').length).to.equal(DEFAULT_PALETTE.length);
    expect(custom(element).getAttribute('aria-label')).to.equal('Custom color');
    element.palette = [{ name: 'Sky', color: '#0088CC' }];
    await element.updateComplete;
    expect(allByRole(group, 'radio').map((each) => each.getAttribute('aria-label'))).to.deep.equal(['Sky']);
    expect(radio(element, 'Sky').checked).to.equal(true);
    element.palette = 'nonsense' as never;
    await element.updateComplete;
    expect(allByRole(group, 'radio').length).to.equal(DEFAULT_PALETTE.length);
  });

  for (const [what, name, complaint] of [
    ['nothing', '', 'Enter a name.'],
    ['only spaces', '   ', 'Enter a name.'],
    ['65 characters', 'x'.repeat(65), 'Use at most 64 characters.'],
    [
      'a text-direction override',
      'a\u202eb',
      'This name has characters that cannot be shown, such as control characters.',
    ],
    ['a name that is taken', ' leads ', 'There is already a status named “Leads”.'],
  ] as const) {
    it(`refuses ${what}, shows the error at the field, and keeps what was typed`, async () => {
      const adapter = await pipeline();
      const element = await settings(adapter);
      await openAdd(element);
      field(element).value = name;
      field(element).dispatchEvent(new InputEvent('input', { bubbles: true }));
      await press('Enter');
      await until(() => problem(element) === complaint);
      expect(field(element).value).to.equal(name);
      expect(field(element).getAttribute('aria-invalid')).to.equal('true');
      const described = field(element).getAttribute('aria-describedby')!;
      expect(element.shadowRoot!.getElementById(described)!.textContent.trim()).to.equal(complaint);
      await until(() => announced().includes(complaint));
      expect(focused()).to.equal(field(element));
      expect((await stored(adapter)).length).to.equal(3);
      await retype('Won');
      await until(() => problem(element) === '');
      expect(field(element).hasAttribute('aria-describedby')).to.equal(false);
    });
  }

  it('counts 64 family emoji as 64 characters', async () => {
    const adapter = await pipeline([]);
    const element = await settings(adapter);
    const name = '👩‍👩‍👧‍👦'.repeat(64);
    field(element).focus();
    field(element).value = name;
    field(element).dispatchEvent(new InputEvent('input', { bubbles: true }));
    await press('Enter');
    await until(() => rows(element)[0] === name);
  });

  it('warns about a color that another status has, but allows it', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    await openAdd(element);
    await type('Won');
    await click(radio(element, 'Blue'));
    const hint = await until(() => element.shadowRoot!.querySelector('.form .hint'));
    expect(hint.textContent).to.equal('“Leads” also has this color.');
    expect(byRole(element, 'radiogroup', 'Color').getAttribute('aria-describedby')).to.equal(hint.id);
    await click(button(element, 'Add'));
    await until(() => rows(element).length === 4);
  });

  it('refuses more than 200 statuses, with the reason', async () => {
    const adapter = await pipeline(Array.from({ length: 200 }, (_, i) => `Step ${i + 1}`));
    const element = await settings(adapter);
    button(element, 'Add status').click();
    await until(() => queryByRole(element, 'textbox', 'Status name') === focused());
    await type('One more');
    await press('Enter');
    await until(() => problem(element) === 'A pipeline has at most 200 statuses.');
    expect(field(element).value).to.equal('One more');
  }).timeout(20_000);

  it('shows an error of the adapter, dispatches it, and adds at the next try', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    for (const [error, complaint] of [
      [new PipelineError('invalid', 'taken', { field: 'name' }), 'There is already a status named “Won”.'],
      [new PipelineError('invalid', 'bad', { field: 'color' }), 'Choose a color.'],
      [new PipelineError('limit', 'full'), 'A pipeline has at most 200 statuses.'],
      [new PipelineError('offline', 'gone'), 'No connection.'],
      [new PipelineError('quota', 'full'), 'Storage is full.'],
    ] as const) {
      refuse(adapter, 'createStatus', error);
      if (!queryByRole(element, 'textbox', 'Status name')) await openAdd(element);
      await retype('Won');
      const failed = nextEvent(element, 'pipeline-error');
      await press('Enter');
      const event: PipelineErrorEvent = await failed;
      expect([event.error, event.action]).to.deep.equal([error, 'create-status']);
      await until(() => problem(element) === complaint);
      expect(field(element).value).to.equal('Won');
      expect(rows(element)).to.deep.equal(['Leads', 'Purchase', 'Repurchase']);
    }
    await press('Enter');
    await until(() => rows(element).includes('Won'));
    expect(problem(element)).to.equal('');
  });

  it('adds once however often Enter is pressed, and accepts the next name while the first is being saved', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    const go = delay(adapter, 'createStatus');
    await openAdd(element);
    await type('Won');
    await press('Enter', 'Enter');
    await until(() => rows(element).includes('Won'));
    expect(problem(element)).to.equal('');
    await type('Paid');
    go();
    await until(() => !element.matches(':state(saving)'));
    expect(await stored(adapter)).to.deep.equal(['Leads', 'Purchase', 'Repurchase', 'Won']);
    expect(field(element).value).to.equal('Paid');
  });

  it('shows an error below the list while the next name is being typed', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    const write = adapter.createStatus.bind(adapter);
    let refuseIt = (): void => undefined;
    const gate = new Promise<void>((resolve) => (refuseIt = resolve));
    adapter.createStatus = async () => {
      await gate;
      adapter.createStatus = write;
      throw new PipelineError('offline', 'gone');
    };
    await openAdd(element);
    await type('Won');
    await press('Enter');
    await until(() => rows(element).includes('Won'));
    await type('Paid');
    refuseIt();
    await until(() => message(element) === "Couldn't add Won. No connection.");
    expect(field(element).value).to.equal('Paid');
    expect(rows(element)).to.deep.equal(['Leads', 'Purchase', 'Repurchase']);
  });

  it('does not take focus from another field of the page', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    const go = delay(adapter, 'createStatus');
    await openAdd(element);
    await type('Won');
    await press('Enter');
    const other = document.createElement('input');
    element.after(other);
    other.focus();
    go();
    await until(() => rows(element).length === 4 && !element.matches(':state(saving)'));
    await element.updateComplete;
    expect(document.activeElement).to.equal(other);
  });

  it('writes nothing that the page cancels, and keeps what was typed', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    element.addEventListener('pipeline-before-statuses-change', (event) => {
      expect([event.action, event.status.name]).to.deep.equal(['create', 'Won']);
      event.preventDefault();
    });
    await openAdd(element);
    await type('Won');
    await press('Enter');
    await element.updateComplete;
    expect(rows(element)).to.deep.equal(await stored(adapter));
    expect(rows(element).length).to.equal(3);
    expect(field(element).value).to.equal('Won');
    expect(problem(element)).to.equal('');
  });

  it('closes the form with Cancel and with Escape, and returns focus to the button', async () => {
    const element = await settings(await pipeline());
    for (const close of [() => press('Escape'), () => click(button(element, 'Cancel'))]) {
      await openAdd(element);
      await type('Won');
      await close();
      await until(() => queryByRole(element, 'button', 'Add status') === focused());
      expect(queryByRole(element, 'textbox')).to.equal(undefined);
    }
  });

  it('does not close on Escape while an input method composes a word', async () => {
    const element = await settings(await pipeline());
    await openAdd(element);
    await type('Wo');
    const escape = new KeyboardEvent('keydown', { key: 'Escape', isComposing: true, bubbles: true, cancelable: true });
    field(element).dispatchEvent(escape);
    await element.updateComplete;
    expect(escape.defaultPrevented).to.equal(false);
    expect(field(element).value).to.equal('Wo');
  });
});

describe('<pipeline-settings> editing', () => {
  it('replaces the row by a form and back, with focus on the edit button', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    await openEdit(element, 'Purchase');
    expect(rows(element)).to.deep.equal(['Leads', '…', 'Repurchase']);
    expect(field(element).value).to.equal('Purchase');
    expect(radio(element, 'Red').checked).to.equal(true);
    await retype('Bought');
    await click(radio(element, 'Green'));
    const changed = nextEvent(element, 'pipeline-statuses-change');
    await click(button(element, 'Save'));
    const { action, status } = await changed;
    expect([action, status.id, status.name, status.color]).to.deep.equal(['update', 'purchase', 'Bought', '#03a74d']);
    await until(() => queryByRole(element, 'button', 'Edit Bought') === focused());
    expect(rows(element)).to.deep.equal(['Leads', 'Bought', 'Repurchase']);
    expect(await stored(adapter)).to.deep.equal(rows(element));
    await until(() => announced().includes('Bought saved.'));
  });

  it('saves with Enter, discards with Escape and Cancel, and writes nothing if nothing changed', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    const before = await find(adapter, 'leads');
    for (const close of [
      async () => void (await retype('Other'), await press('Escape')),
      async () => void (await retype('Other'), await click(button(element, 'Cancel'))),
      async () => press('Enter'),
    ]) {
      await openEdit(element, 'Leads');
      await close();
      await until(() => queryByRole(element, 'button', 'Edit Leads') === focused());
      expect(await find(adapter, 'leads')).to.deep.equal(before);
    }
    await openEdit(element, 'Leads');
    await retype('Prospects');
    await press('Enter');
    await until(() => rows(element)[0] === 'Prospects');
  });

  it('accepts another case of its own name, but not another status\u2019s name', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    await openEdit(element, 'Leads');
    await retype('PURCHASE');
    await press('Enter');
    await until(() => problem(element) === 'There is already a status named “Purchase”.');
    await retype('LEADS');
    await press('Enter');
    await until(() => rows(element)[0] === 'LEADS');
  });

  it('keeps what was typed if the adapter refuses or the page cancels', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    refuse(adapter, 'updateStatus', new PipelineError('timeout', 'late'));
    await openEdit(element, 'Leads');
    await retype('Prospects');
    const failed = nextEvent(element, 'pipeline-error');
    await press('Enter');
    expect((await failed).action).to.equal('update-status');
    await until(() => problem(element) === 'The server did not answer in time.');
    expect(field(element).value).to.equal('Prospects');
    element.addEventListener('pipeline-before-statuses-change', (event) => event.preventDefault(), { once: true });
    await press('Enter');
    expect(await stored(adapter)).to.include('Leads');
    expect(field(element).value).to.equal('Prospects');
    await press('Enter');
    await until(() => rows(element)[0] === 'Prospects');
  });

  it('shows the name that another user gave it, keeps the typed one, and overwrites only on a second save', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    await openEdit(element, 'Leads');
    await retype('Mine');
    await adapter.updateStatus('leads', { name: 'Theirs' }, { ifVersion: (await find(adapter, 'leads')).version });
    await press('Enter');
    await until(() => problem(element).includes('It is now “Theirs”'));
    expect(field(element).value).to.equal('Mine');
    expect(await stored(adapter)).to.include('Theirs');
    await press('Enter');
    await until(async () => (await stored(adapter)).includes('Mine'));
    await until(() => rows(element)[0] === 'Mine');
  });

  it('shows others\u2019 changes to untouched fields, and saves both changes', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    await openEdit(element, 'Leads');
    await click(radio(element, 'Green'));
    await adapter.updateStatus('leads', { name: 'Theirs' }, { ifVersion: (await find(adapter, 'leads')).version });
    await until(() => field(element).value === 'Theirs');
    expect(radio(element, 'Green').checked).to.equal(true);
    await click(button(element, 'Save'));
    await until(async () => (await find(adapter, 'leads')).color === '#03a74d');
    expect((await find(adapter, 'leads')).name).to.equal('Theirs');
  });

  it('merges without asking if an adapter that does not notify reports a conflict in another field', async () => {
    const adapter = await pipeline();
    Object.assign(adapter, { subscribe: undefined });
    const element = await settings(adapter);
    await openEdit(element, 'Leads');
    await click(radio(element, 'Green'));
    await adapter.updateStatus('leads', { name: 'Theirs' }, { ifVersion: (await find(adapter, 'leads')).version });
    await click(button(element, 'Save'));
    await until(async () => (await find(adapter, 'leads')).color === '#03a74d');
    expect((await find(adapter, 'leads')).name).to.equal('Theirs');
    await until(() => rows(element)[0] === 'Theirs');
  });

  it('closes the form of a status that another user deletes, with a message', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    await openEdit(element, 'Leads');
    await retype('Mine');
    await adapter.deleteStatus('leads', { ifVersion: (await find(adapter, 'leads')).version });
    await until(() => message(element) === 'This status has since been deleted.');
    expect(rows(element)).to.deep.equal(['Purchase', 'Repurchase']);
    await until(() => queryByRole(element, 'button', 'Edit Purchase') === focused());
    await until(() => announced().includes('This status has since been deleted.'));
  });

  it('closes the form if the save finds the status deleted', async () => {
    const adapter = await pipeline();
    Object.assign(adapter, { subscribe: undefined });
    const element = await settings(adapter);
    await openEdit(element, 'Leads');
    await retype('Mine');
    await adapter.deleteStatus('leads', { ifVersion: (await find(adapter, 'leads')).version });
    await press('Enter');
    await until(() => message(element) === 'This status has since been deleted.');
    await until(() => rows(element).join() === 'Purchase,Repurchase');
  });

  for (const [code, text, canRetry] of [
    ['forbidden', 'You are not allowed to do this.', false],
    ['unavailable', 'The server cannot be reached right now.', true],
    ['conflict', 'Someone else has just changed it.', false],
    ['not-found', 'It no longer exists.', false],
  ] as const) {
    it(`shows below the list that a change was refused (${code}) after its form was closed`, async () => {
      const adapter = await pipeline();
      const element = await settings(adapter);
      const update = adapter.updateStatus.bind(adapter);
      let refuse!: (error: PipelineError) => void;
      adapter.updateStatus = () => new Promise((_, reject) => (refuse = reject));
      await rename(element, 'Leads', 'Prospects');
      await until(() => refuse, 'the change to be sent');
      await press('Escape');
      await until(() => !queryByRole(element, 'textbox', 'Status name'));
      // Another form of the same status is none of its business.
      button(element, 'Edit Prospects').click();
      await until(() => queryByRole(element, 'textbox', 'Status name'));
      refuse(new PipelineError(code, 'no'));
      await until(() => message(element) === `Couldn't save Leads. ${text}`);
      await until(() => announced() === `Couldn't save Leads. ${text}`);
      expect(!queryByRole(element, 'textbox', 'Status name')).to.equal(false);
      expect(!queryByRole(element, 'button', 'Try again')).to.equal(!canRetry);
      adapter.updateStatus = update;
      if (!canRetry) return;
      button(element, 'Try again').click();
      await until(async () => (await stored(adapter))[0] === 'Prospects');
      await until(() => message(element) === '');
    });
  }

  it('keeps the message that a change was refused when another one that was already sent succeeds', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    const store = adapter.updateStatus.bind(adapter);
    const answers: (() => void)[] = [];
    adapter.updateStatus = (id, patch, options) =>
      new Promise((resolve, reject) => {
        answers.push(() =>
          id === 'leads' ? reject(new PipelineError('forbidden', 'no')) : resolve(store(id, patch, options)),
        );
      });
    await rename(element, 'Leads', 'Prospects');
    await press('Escape');
    await rename(element, 'Purchase', 'Bought');
    answers[0]!();
    await until(() => message(element).startsWith("Couldn't save Leads."));
    await until(() => answers.length === 2);
    answers[1]!();
    await until(async () => (await stored(adapter))[1] === 'Bought');
    await until(() => !element.matches(':state(saving)'));
    expect(message(element)).to.equal("Couldn't save Leads. You are not allowed to do this.");
  });

  it('keeps a form with typed text open when another is opened, and closes an untouched one', async () => {
    const element = await settings(await pipeline());
    await openAdd(element);
    await openEdit(element, 'Leads');
    expect(rows(element)).to.deep.equal(['…', 'Purchase', 'Repurchase']);
    await retype('Prospects');
    await click(button(element, 'Edit Purchase'));
    await until(() => rows(element).join() === '…,…,Repurchase');
    expect(allByRole(element, 'textbox').map((each) => (each as HTMLInputElement).value)).to.deep.equal([
      'Prospects',
      'Purchase',
    ]);
    await click(button(element, 'Edit Repurchase'));
    await until(() => rows(element).join() === '…,Purchase,…');
  });

  it('keeps typed text and the caret when others change the list', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    await openEdit(element, 'Purchase');
    await retype('Half a wor');
    const input = field(element);
    input.setSelectionRange(4, 4);
    await adapter.createStatus({ id: 'won', name: 'Won', color: '#03a74d' });
    await adapter.moveStatus('repurchase', null);
    await adapter.updateStatus('leads', { name: 'Prospects' }, { ifVersion: (await find(adapter, 'leads')).version });
    await until(() => rows(element).join() === 'Repurchase,Prospects,…,Won');
    expect([field(element).value, field(element).selectionStart]).to.deep.equal(['Half a wor', 4]);
    await until(() => focused() === field(element), 'focus to stay in the field');
  });

  it('discards a form when the adapter changes, so that it is not saved in the new one', async () => {
    const element = await settings(await pipeline());
    await openAdd(element);
    await type('Of another tenant');
    const other = await pipeline(['Only']);
    element.adapter = other;
    await until(() => rows(element).join() === 'Only');
    expect(queryByRole(element, 'textbox')).to.equal(undefined);
    expect(PipelineStore.of(other).statuses.length).to.equal(1);
  });

  it('keeps what was typed when the element is moved in the page', async () => {
    const element = await settings(await pipeline());
    await openEdit(element, 'Leads');
    await retype('Prospects');
    const box = document.createElement('section');
    element.before(box);
    box.append(element);
    await until(() => queryByRole(element, 'textbox', 'Status name'));
    expect(field(element).value).to.equal('Prospects');
    field(element).focus();
    await press('Enter');
    await until(() => rows(element)[0] === 'Prospects');
  });

  it('is submitted by Enter on a color too', async () => {
    const adapter = await pipeline();
    const element = await settings(adapter);
    await openEdit(element, 'Leads');
    radio(element, 'Blue').focus();
    await press('ArrowRight');
    expect(radio(element, 'Red').checked).to.equal(true);
    await sendKeys({ press: 'Enter' });
    await until(async () => (await find(adapter, 'leads')).color === '#fb0547');
  });
});
