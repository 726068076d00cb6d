/** Tests of deleting statuses and undoing it. */
import { expect } from '@open-wc/testing';
import { allByRole, announced, byRole, nextEvent, queryByRole, until } from '../../../test/support.js';
import type { MemoryAdapter } from '../../adapters/memory.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineSettings } from './pipeline-settings.js';
import {
  button,
  click,
  delay,
  focused,
  message,
  pipeline,
  press,
  problem,
  refuse,
  rows,
  settings,
  statusOf,
  stored,
  use,
} from './test-settings.js';

const dialog = (element: Element): HTMLElement => byRole(element, 'dialog');
const hasDialog = (element: Element): boolean => queryByRole(element, 'dialog') !== undefined;

async function setUp(inUse = 0): Promise<{ adapter: MemoryAdapter; element: PipelineSettings }> {
  const adapter = await pipeline();
  if (inUse) await use(adapter, 'purchase', inUse);
  const element = await settings(adapter);
  if (inUse) await until(() => element.shadowRoot!.textContent.includes(`${inUse} conversation`), 'the counts');
  return { adapter, element };
}

async function ask(element: Element, name: string): Promise<HTMLElement> {
  await click(button(element, `Delete ${name}`));
  await until(() => hasDialog(element));
  return dialog(element);
}

const choose = (element: Element, name: string): Promise<void> => click(byRole(dialog(element), 'radio', name));

function select(element: Element, name: string): void {
  const list = byRole(dialog(element), 'combobox', 'Move to') as HTMLSelectElement;
  list.value = [...list.options].find((option) => option.text === name)!.value;
  list.dispatchEvent(new Event('change', { bubbles: true }));
}

const confirm = (element: Element): Promise<void> => click(byRole(dialog(element), 'button', 'Delete'));

describe('<pipeline-settings> deleting', () => {
  it('deletes an unused status at once, and Undo restores it in its place', async () => {
    const { adapter, element } = await setUp();
    const deleted = nextEvent(element, 'pipeline-statuses-change');
    await click(button(element, 'Delete Purchase'));
    const event = await deleted;
    expect([event.action, event.status.name]).to.deep.equal(['delete', 'Purchase']);
    expect(rows(element)).to.deep.equal(['Leads', 'Repurchase']);
    expect(await stored(adapter)).to.deep.equal(['Leads', 'Repurchase']);
    expect(hasDialog(element)).to.equal(false);
    await until(() => announced().includes('Purchase deleted.'));
    expect(message(element)).to.equal('Purchase deleted.');

    const restored = nextEvent(element, 'pipeline-statuses-change');
    await click(button(element, 'Undo'));
    const back = await restored;
    expect([back.action, back.status.id]).to.deep.equal(['restore', 'purchase']);
    await until(() => rows(element).join() === 'Leads,Purchase,Repurchase');
    expect(message(element)).to.equal('');
    await until(() => queryByRole(element, 'button', 'Edit Purchase') === focused());
    await until(() => announced().includes('Purchase is back at position 2.'));
  });

  it('moves focus to the delete button of the next row, else of the previous one, else to the add form', async () => {
    const { element } = await setUp();
    for (const [name, next] of [
      ['Leads', 'Delete Purchase'],
      ['Repurchase', 'Delete Purchase'],
    ] as const) {
      await click(button(element, `Delete ${name}`));
      await until(() => queryByRole(element, 'button', next) === focused(), `focus on ${next}`);
    }
    await press('Enter');
    await until(() => queryByRole(element, 'textbox', 'Status name') === focused(), 'focus in the name');
    expect(message(element)).to.equal('Purchase deleted.');
    await click(button(element, 'Undo'));
    await until(() => rows(element).join() === 'Purchase');
  });

  it('does not take focus from another field when a slow undo completes', async () => {
    const { adapter, element } = await setUp();
    await click(button(element, 'Delete Leads'));
    await until(() => message(element) === 'Leads deleted.');
    const go = delay(adapter, 'restoreStatus');
    await click(button(element, 'Undo'));
    const other = document.createElement('input');
    element.after(other);
    other.focus();
    go();
    await until(() => rows(element).length === 3 && message(element) === '');
    await element.updateComplete;
    expect(document.activeElement).to.equal(other);
  });

  it('shows the message until it is dismissed or the next change, without taking focus', async () => {
    const { element } = await setUp();
    await click(button(element, 'Delete Leads'));
    await until(() => message(element) === 'Leads deleted.');
    expect(focused()).to.equal(button(element, 'Delete Purchase'));
    await click(button(element, 'Dismiss'));
    await until(() => message(element) === '');
    await until(() => queryByRole(element, 'button', 'Add status') === focused());
    await click(button(element, 'Delete Purchase'));
    await until(() => message(element) === 'Purchase deleted.');
    await click(button(element, 'Delete Repurchase'));
    await until(() => message(element) === 'Repurchase deleted.');
    expect(allByRole(element, 'button', 'Undo').length).to.equal(1);
  });

  it('offers no undo if the adapter cannot restore, and the dialog says that the delete is final', async () => {
    const { adapter, element } = await setUp(2);
    Object.assign(adapter, { restoreStatus: undefined });
    await click(button(element, 'Delete Leads'));
    await until(() => message(element) === 'Leads deleted.');
    expect(queryByRole(element, 'button', 'Undo')).to.equal(undefined);
    await ask(element, 'Purchase');
    expect(dialog(element).textContent).to.contain('This cannot be undone.');
  });

  it('asks what should happen to the conversations, and clears their status', async () => {
    const { adapter, element } = await setUp(2);
    await ask(element, 'Purchase');
    expect(dialog(element).matches(':modal')).to.equal(true);
    expect(byRole(element, 'dialog', 'Delete “Purchase”?').textContent).to.contain(
      '2 conversations have this status. Where should they go?',
    );
    expect(dialog(element).textContent).to.not.contain('cannot be undone');
    expect((focused() as HTMLInputElement).type).to.equal('radio');
    expect(rows(element)).to.include('Purchase');
    await choose(element, 'No status');
    await confirm(element);
    await until(() => rows(element).join() === 'Leads,Repurchase');
    expect(await statusOf(adapter, 'purchase-0')).to.equal(null);
    await until(() => queryByRole(element, 'button', 'Delete Repurchase') === focused());
    expect(message(element)).to.equal('Purchase deleted. 2 conversations moved to No status.');
    await until(() => announced().includes('Purchase deleted. 2 conversations moved to No status.'));
  });

  it('moves the conversations to another status, and Undo moves them back', async () => {
    const { adapter, element } = await setUp(1);
    await ask(element, 'Purchase');
    expect(dialog(element).textContent).to.contain('1 conversation has this status.');
    const list = byRole(dialog(element), 'combobox', 'Move to') as HTMLSelectElement;
    expect([...list.options].map((option) => option.text)).to.deep.equal(['Leads', 'Repurchase']);
    select(element, 'Leads');
    await element.updateComplete;
    expect((byRole(dialog(element), 'radio', 'Move to') as HTMLInputElement).checked).to.equal(true);
    await confirm(element);
    await until(() => rows(element).join() === 'Leads,Repurchase');
    expect(await statusOf(adapter, 'purchase-0')).to.equal('leads');
    expect(message(element)).to.equal('Purchase deleted. 1 conversation moved to Leads.');
    await click(button(element, 'Undo'));
    await until(() => rows(element).join() === 'Leads,Purchase,Repurchase');
    expect(await statusOf(adapter, 'purchase-0')).to.equal('purchase');
  });

  it('moves the conversations to the next status if only "Move to" is chosen', async () => {
    const { adapter, element } = await setUp(1);
    await ask(element, 'Purchase');
    await choose(element, 'Move to');
    await confirm(element);
    await until(() => rows(element).join() === 'Leads,Repurchase');
    expect(await statusOf(adapter, 'purchase-0')).to.equal('repurchase');
  });

  it('offers no other status if there is none', async () => {
    const adapter = await pipeline(['Only']);
    await use(adapter, 'only', 3);
    const element = await settings(adapter);
    await until(() => element.shadowRoot!.textContent.includes('3 conversations'));
    await ask(element, 'Only');
    expect(allByRole(dialog(element), 'radio').length).to.equal(1);
    expect(queryByRole(dialog(element), 'combobox')).to.equal(undefined);
    await confirm(element);
    await until(() => rows(element).length === 0);
    await until(() => queryByRole(element, 'textbox', 'Status name') === focused());
  });

  it('deletes nothing on Cancel or Escape, and returns focus to the delete button', async () => {
    const { adapter, element } = await setUp(2);
    for (const close of [() => press('Escape'), () => click(byRole(dialog(element), 'button', 'Cancel'))]) {
      await ask(element, 'Purchase');
      await close();
      await until(() => !hasDialog(element));
      await until(() => queryByRole(element, 'button', 'Delete Purchase') === focused());
    }
    expect((await stored(adapter)).length).to.equal(3);
  });

  it('does not delete on Enter in the radio group', async () => {
    const { adapter, element } = await setUp(2);
    await ask(element, 'Purchase');
    await press('Enter');
    await element.updateComplete;
    expect(hasDialog(element)).to.equal(true);
    expect((await stored(adapter)).length).to.equal(3);
  });

  it('asks with the count in the error if the adapter cannot count but refuses the delete', async () => {
    const { adapter, element } = await setUp();
    Object.assign(adapter, { count: undefined });
    await use(adapter, 'purchase', 3);
    const errors: string[] = [];
    element.addEventListener('pipeline-error', (event) => errors.push(event.error.code));
    await ask(element, 'Purchase');
    expect(dialog(element).textContent).to.contain('3 conversations have this status.');
    expect(rows(element)).to.deep.equal(['Leads', 'Purchase', 'Repurchase']);
    expect(errors).to.deep.equal([]);
    await confirm(element);
    await until(() => rows(element).join() === 'Leads,Repurchase');
    expect(message(element)).to.contain('3 conversations moved');
  });

  it('shows an error in the dialog, where the delete can be retried', async () => {
    const { adapter, element } = await setUp(2);
    refuse(adapter, 'deleteStatus', new PipelineError('offline', 'no'));
    const failed = nextEvent(element, 'pipeline-error');
    await ask(element, 'Purchase');
    await confirm(element);
    expect((await failed).action).to.equal('delete-status');
    await until(() => problem(element) === "Couldn't delete Purchase. No connection.");
    expect(rows(element)).to.deep.equal(['Leads', 'Purchase', 'Repurchase']);
    // The rest of the page is inert, so it is announced inside the dialog.
    const region = await until(() => dialog(element).querySelector('[data-pipeline-announcer]'));
    await until(() => region.textContent === "Couldn't delete Purchase. No connection.");
    await confirm(element);
    await until(() => rows(element).join() === 'Leads,Repurchase');
  });

  it('shows why a delete without a dialog failed, and retries it on request', async () => {
    const { adapter, element } = await setUp();
    refuse(adapter, 'deleteStatus', new PipelineError('unavailable', 'no'));
    await click(button(element, 'Delete Leads'));
    await until(() => message(element) === "Couldn't delete Leads. The server cannot be reached right now.");
    expect(rows(element)).to.deep.equal(['Leads', 'Purchase', 'Repurchase']);
    expect(element.matches(':state(error)')).to.equal(true);
    await click(button(element, 'Try again'));
    await until(() => message(element) === 'Leads deleted.');
    expect(element.matches(':state(error)')).to.equal(false);
  });

  it('shows why an undo failed, and offers a retry only if it can help', async () => {
    const { adapter, element } = await setUp();
    await click(button(element, 'Delete Leads'));
    await until(() => message(element) === 'Leads deleted.');
    refuse(adapter, 'restoreStatus', new PipelineError('offline', 'no'));
    await click(button(element, 'Undo'));
    await until(() => message(element) === "Couldn't restore Leads. No connection.");
    // Someone took the name meanwhile.
    await adapter.createStatus({ id: 'new', name: 'Leads', color: '#000000' });
    await until(() => rows(element).length === 3);
    await click(button(element, 'Try again'));
    await until(() => message(element) === "Couldn't restore Leads. There is already a status named “Leads”.");
    expect(queryByRole(element, 'button', 'Try again')).to.equal(undefined);
  });

  it('writes nothing that the page cancels: a delete, a delete after the dialog, an undo', async () => {
    const { adapter, element } = await setUp(2);
    const cancel = (event: Event): void => event.preventDefault();
    element.addEventListener('pipeline-before-statuses-change', cancel);
    await click(button(element, 'Delete Leads'));
    await ask(element, 'Purchase');
    await confirm(element);
    await until(() => !hasDialog(element));
    await until(() => queryByRole(element, 'button', 'Delete Purchase') === focused());
    expect((await stored(adapter)).length).to.equal(3);
    expect(message(element)).to.equal('');
    element.removeEventListener('pipeline-before-statuses-change', cancel);
    await click(button(element, 'Delete Leads'));
    await until(() => message(element) === 'Leads deleted.');
    element.addEventListener('pipeline-before-statuses-change', cancel);
    await click(button(element, 'Undo'));
    await element.updateComplete;
    expect((await stored(adapter)).length).to.equal(2);
    expect(message(element)).to.equal('Leads deleted.');
  });

  it('follows changes by others while the dialog is open: a rename, a deleted target, a deleted status', async () => {
    const { adapter, element } = await setUp(2);
    await ask(element, 'Purchase');
    select(element, 'Repurchase');
    const version = async (id: string): Promise<number> =>
      (await adapter.listStatuses()).items.find((status) => status.id === id)!.version;
    await adapter.updateStatus('purchase', { name: 'Bought' }, { ifVersion: await version('purchase') });
    await until(() => queryByRole(element, 'dialog', 'Delete “Bought”?'));
    await adapter.deleteStatus('repurchase', { ifVersion: await version('repurchase') });
    const list = (): HTMLSelectElement => byRole(dialog(element), 'combobox', 'Move to') as HTMLSelectElement;
    await until(() => list().selectedOptions[0]!.text === 'Leads');
    expect(problem(element), 'the choice that was made is no more').to.equal('This status has since been deleted.');
    await adapter.deleteStatus('purchase', { ifVersion: await version('purchase'), moveTo: null });
    await until(() => !hasDialog(element));
    expect(message(element)).to.equal('This status has since been deleted.');
    await until(() => queryByRole(element, 'button', 'Add status') === focused());
  });

  it('says in the dialog that the target was deleted if the adapter does not notify', async () => {
    const adapter = await pipeline();
    Object.assign(adapter, { subscribe: undefined });
    await use(adapter, 'purchase', 1);
    const quiet = await settings(adapter);
    await until(() => quiet.shadowRoot!.textContent.includes('1 conversation'));
    await ask(quiet, 'Purchase');
    select(quiet, 'Leads');
    const { version } = (await adapter.listStatuses()).items[0]!;
    await adapter.deleteStatus('leads', { ifVersion: version });
    await confirm(quiet);
    await until(() => problem(quiet).includes('This status has since been deleted.'));
    expect(hasDialog(quiet)).to.equal(true);
    await until(() => (byRole(dialog(quiet), 'combobox', 'Move to') as HTMLSelectElement).options.length === 1);
    await choose(quiet, 'Move to');
    await confirm(quiet);
    await until(() => rows(quiet).join() === 'Repurchase');
  });

  it('deletes once however often Delete is pressed, and stays open until the adapter responds', async () => {
    const { adapter, element } = await setUp(2);
    const go = delay(adapter, 'deleteStatus');
    const before: string[] = [];
    element.addEventListener('pipeline-before-statuses-change', (event) => before.push(event.action));
    await ask(element, 'Purchase');
    await confirm(element);
    await confirm(element);
    await press('Escape');
    expect(before).to.deep.equal(['delete']);
    expect(hasDialog(element)).to.equal(true);
    expect(element.matches(':state(saving)')).to.equal(true);
    go();
    await until(() => !hasDialog(element));
    expect(rows(element)).to.deep.equal(['Leads', 'Repurchase']);
  });

  it('does not let Escape in the dialog close anything around the element', async () => {
    const { element } = await setUp(2);
    const keys: string[] = [];
    element.addEventListener('keydown', (event) => keys.push(event.key));
    await ask(element, 'Purchase');
    await press('Escape');
    await until(() => !hasDialog(element));
    expect(keys).to.not.include('Escape');
  });
});
