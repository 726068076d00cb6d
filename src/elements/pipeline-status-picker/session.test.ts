/** Tests of changes that are lost because someone else signs in: reported, without names that only the previous user may see. */
import { expect, fixture, html } from '@open-wc/testing';
import { announced, until } from '../../../test/support.js';
import type { Control } from '../../../test/browser/source/controlled.js';
import { SignIn, controlled, tenant } from '../../../test/browser/source/controlled.js';
import type { PipelineAdapter } from '../../adapters/adapter.js';
import type { ConversationRef } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import './define.js';
import type { PipelineStatusPicker } from './pipeline-status-picker.js';
import { pick, problem, ready, shown } from './test-picker.js';

const LOST = 'The account changed, so this was not saved.';

interface Scene {
  adapter: SignIn & PipelineAdapter;
  old: Control;
  element: PipelineStatusPicker;
  told: string[];
  /** Someone else signs in. */
  signIn(): Promise<void>;
}

async function scene(conversations?: ConversationRef[]): Promise<Scene> {
  const memory = await tenant('OLD', { c1: 'leads', c2: 'leads' });
  const { control } = controlled(memory);
  const adapter = new SignIn(memory) as SignIn & PipelineAdapter;
  const element = await fixture<PipelineStatusPicker>(html`
    <pipeline-status-picker
      .adapter=${adapter}
      conversation-id="c1"
      .conversations=${conversations ?? null}
    ></pipeline-status-picker>
  `);
  await ready(element);
  const told: string[] = [];
  element.addEventListener('pipeline-error', ({ error, action, conversationIds }) =>
    told.push([error.code, action, ...conversationIds].join(' ')),
  );
  const next = await tenant('NEW', { c1: 'purchase', c2: 'purchase' });
  return { adapter, old: control, element, told, signIn: async () => adapter.signIn(next) };
}

describe('<pipeline-status-picker> when someone else signs in', () => {
  it('announces and shows that the change was lost, and fires an error event with the conversation', async () => {
    const { old, element, told, signIn } = await scene();
    const answer = old.hold('setStatus');
    await pick(element, 'OLD Only');
    await signIn();
    await until(() => problem(element) === LOST);
    await until(() => announced() === LOST, `the loss to be announced, not ${announced()}`);
    expect(told).to.deep.equal(['session-changed set-status c1']);
    await until(() => shown(element) === 'NEW Purchase');
    answer();
    await pick(element, 'NEW Only');
    await until(() => problem(element) === undefined);
    expect(told.length).to.equal(1);
  });

  it('does so as well if the adapter rejects the change before it reports the new session', async () => {
    const { old, element, told, signIn } = await scene();
    const refuse = old.hold('setStatus', 'refused', new PipelineError('session-changed', 'OLD'));
    await pick(element, 'OLD Only');
    refuse();
    await until(() => problem(element) === LOST);
    await signIn();
    await until(() => shown(element) === 'NEW Purchase');
    expect(problem(element)).to.equal(LOST);
    await until(() => announced() === LOST);
    expect(told).to.deep.equal(['session-changed set-status c1']);
  });

  it('fires an error event with each of several conversations', async () => {
    const { old, element, told, signIn } = await scene([{ conversationId: 'c1' }, { conversationId: 'c2' }]);
    old.hold('setStatus');
    await pick(element, 'OLD Only');
    await signIn();
    await until(() => told.join() === 'session-changed set-status c1 c2');
    await until(() => problem(element) === LOST);
  });

  it('shows how many of several changes were lost if the others were saved before', async () => {
    const { adapter, element, told } = await scene([{ conversationId: 'c1' }, { conversationId: 'c2' }]);
    const write = adapter.setStatus.bind(adapter);
    adapter.setStatus = async (...args) => {
      const [first] = await write(...args);
      const error = new PipelineError('session-changed', 'OLD');
      return [first!, { conversationId: 'c2', ok: false, error }];
    };
    await pick(element, 'OLD Only');
    await until(() => problem(element) === `1 conversation was not changed. ${LOST}`);
    expect(told).to.deep.equal(['session-changed set-status c2']);
  });

  it('fires the error event even if the picker shows another conversation by then, without a message there', async () => {
    const { old, element, told, signIn } = await scene();
    old.hold('setStatus');
    await pick(element, 'OLD Only');
    element.conversationId = 'c2';
    await element.updateComplete;
    await signIn();
    await until(() => told.join() === 'session-changed set-status c1');
    await until(() => announced() === LOST);
    await until(() => shown(element) === 'NEW Purchase');
    expect(problem(element)).to.equal(undefined);
  });

  it('does not report it once the data comes from another adapter', async () => {
    const { old, element, signIn } = await scene();
    old.hold('setStatus');
    await pick(element, 'OLD Only');
    await signIn();
    await until(() => problem(element) === LOST);
    element.adapter = await tenant('NEW', { c1: 'leads', c2: 'leads' });
    await until(() => shown(element) === 'NEW Leads');
    expect([problem(element), announced()]).to.deep.equal([undefined, '']);
  });

  it('includes the conversations in the error event of any other failure', async () => {
    const { old, element, told } = await scene([{ conversationId: 'c1' }, { conversationId: 'c2' }]);
    old.hold('setStatus', 'refused')();
    await pick(element, 'OLD Only');
    await until(() => told.join() === 'forbidden set-status c1 c2');
  });
});
