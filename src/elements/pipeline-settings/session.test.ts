/** When another user signs in, lost changes are reported, and nothing of the previous user remains. */
import { expect } from '@open-wc/testing';
import { announced, queryByRole, until } from '../../../test/support.js';
import { SignIn, controlled, tenant, type Control } from '../../../test/browser/source/controlled.js';
import type { PipelineAdapter } from '../../adapters/adapter.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineSettings } from './pipeline-settings.js';
import { button, field, focused, message, rows, settings } from './test-settings.js';

const LOST = 'The account changed, so this was not saved.';
const HAS = { c1: 'leads', c2: 'leads' };

async function scene(): Promise<{ old: Control; element: PipelineSettings; told: string[]; signIn(): Promise<void> }> {
  const memory = await tenant('OLD', HAS);
  const { control } = controlled(memory);
  const adapter = new SignIn(memory) as SignIn & PipelineAdapter;
  const element = await settings(adapter);
  const told: string[] = [];
  element.addEventListener('pipeline-error', ({ error, action }) => told.push(`${error.code} ${action}`));
  element.addEventListener('pipeline-statuses-change', ({ action }) => told.push(action));
  const next = await tenant('NEW', HAS);
  return { old: control, element, told, signIn: async () => adapter.signIn(next) };
}

/** Begins to rename the first status. */
async function rename(element: PipelineSettings): Promise<void> {
  button(element, 'Edit OLD Leads').click();
  await until(() => queryByRole(element, 'textbox', 'Status name'));
  field(element).value = 'OLD Prospects';
  field(element).dispatchEvent(new InputEvent('input', { bubbles: true }));
  button(element, 'Save').click();
}

describe('<pipeline-settings> when another user signs in', () => {
  for (const isTold of [true, false]) {
    it(`reports a lost change ${isTold ? 'after the adapter notified' : 'if the adapter refuses it before it notifies'}`, async () => {
      const { old, element, told, signIn } = await scene();
      const refusal = new PipelineError('session-changed', 'OLD');
      const answer = old.hold('updateStatus', isTold ? 'answered' : 'refused', refusal);
      await rename(element);
      if (!isTold) {
        answer();
        await until(() => message(element) === LOST);
      }
      await signIn();
      await until(() => message(element) === LOST);
      await until(() => announced() === LOST, `the loss to be announced, not ${announced()}`);
      answer();
      await until(() => rows(element).join() === 'NEW Leads,NEW Purchase,NEW Only');
      expect([queryByRole(element, 'textbox'), told]).to.deep.equal([undefined, ['session-changed update-status']]);
      button(element, 'Dismiss').click();
      await until(() => message(element) === '');
    });
  }

  it('reports nothing if nothing was lost, or after the adapter was changed', async () => {
    const { element, told, signIn } = await scene();
    await signIn();
    await until(() => rows(element)[0] === 'NEW Leads');
    expect([message(element), told]).to.deep.equal(['', []]);
  });

  it('restores its focus, unless the user went on to another element', async () => {
    const { element, signIn } = await scene();
    button(element, 'Edit OLD Leads').focus();
    await signIn();
    await until(() => focused() && focused() === queryByRole(element, 'button', 'Reorder NEW Leads'));
    const input = document.createElement('input');
    element.after(input);
    element.adapter = await tenant('OLD', HAS);
    input.focus();
    await until(() => rows(element)[0] === 'OLD Leads');
    await element.updateComplete;
    expect(document.activeElement).to.equal(input);
    input.remove();
  });
});
