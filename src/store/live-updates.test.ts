/** When users are told that changes from elsewhere are not received. */
import { expect } from '@open-wc/testing';
import { fixture, html } from '@open-wc/testing';
import { until } from '../../test/support.js';
import type { SubscriptionState } from '../adapters/adapter.js';
import { MemoryAdapter } from '../adapters/memory.js';
import type { Change } from '../model/changes.js';
import '../elements/pipeline-filter/define.js';
import type { PipelineFilter } from '../elements/pipeline-filter/pipeline-filter.js';
import '../elements/pipeline-settings/define.js';
import type { PipelineSettings } from '../elements/pipeline-settings/pipeline-settings.js';

/** An adapter whose connection the test controls. */
class ConnectedAdapter extends MemoryAdapter {
  setState: ((state: SubscriptionState) => void) | undefined;

  override subscribe(
    _: (change: Change) => void,
    { onState }: { onState?(state: SubscriptionState): void },
  ): () => void {
    this.setState = (state) => onState?.(state);
    return () => undefined;
  }
}

const PAUSED = 'Live updates are paused. Reconnecting…';

describe('live updates', () => {
  const { setTimeout, clearTimeout } = globalThis;
  /** The timers of 2 s or more, which only `pass` fires. */
  const timers = new Map<number, { run: () => void; at: number }>();
  let now = 0;
  const pass = (ms: number): void => {
    now += ms;
    for (const [id, { run, at }] of [...timers]) {
      if (at <= now && timers.delete(id)) run();
    }
  };

  beforeEach(() => {
    let next = 1_000_000_000;
    timers.clear();
    Object.assign(globalThis, {
      setTimeout(run: () => void, ms = 0): unknown {
        if (ms < 2000 || ms === 10_000) return setTimeout.call(globalThis, run, ms);
        timers.set(++next, { run, at: now + ms });
        return next;
      },
      clearTimeout(id: number): void {
        if (!timers.delete(id)) clearTimeout.call(globalThis, id);
      },
    });
  });
  afterEach(() => Object.assign(globalThis, { setTimeout, clearTimeout }));

  async function open(): Promise<{ adapter: ConnectedAdapter; settings: PipelineSettings; filter: PipelineFilter }> {
    const adapter = new ConnectedAdapter();
    await adapter.createStatus({ id: 'a', name: 'A', color: '#2775f8' });
    const settings = await fixture<PipelineSettings>(html`<pipeline-settings .adapter=${adapter}></pipeline-settings>`);
    const filter = await fixture<PipelineFilter>(html`<pipeline-filter .adapter=${adapter}></pipeline-filter>`);
    await until(() => adapter.setState && text(settings).includes('Add status'), 'the elements');
    adapter.setState!('live');
    return { adapter, settings, filter };
  }

  const text = (element: Element): string => element.shadowRoot!.textContent ?? '';
  const areShown = async (elements: { settings: PipelineSettings; filter: PipelineFilter }, are: boolean) => {
    for (const element of [elements.settings, elements.filter]) {
      await until(() => text(element).includes(PAUSED) === are, `${element.localName}: ${are}`);
    }
  };

  for (const state of ['retrying', 'down'] as const) {
    it(`are shown as paused in settings and filter after 30 s of "${state}", until they are back`, async () => {
      const elements = await open();
      elements.adapter.setState!(state);
      pass(29_000);
      await elements.settings.updateComplete;
      await areShown(elements, false);
      pass(1000);
      await areShown(elements, true);
      elements.adapter.setState!('live');
      pass(2000);
      await areShown(elements, false);
    });
  }

  it('are shown in Indonesian', async () => {
    const { adapter, settings } = await open();
    settings.locale = 'id';
    adapter.setState!('down');
    pass(30_000);
    await until(() => text(settings).includes('Pembaruan langsung terhenti.'), 'the text');
  });

  it('are not shown as paused after a short interruption', async () => {
    const elements = await open();
    elements.adapter.setState!('retrying');
    pass(10_000);
    elements.adapter.setState!('live');
    pass(60_000);
    await elements.settings.updateComplete;
    await areShown(elements, false);
    expect([...timers.values()], 'timers').to.deep.equal([]);
  });

  it('are paused if the server closes each connection at once, without flickering', async () => {
    const elements = await open();
    for (let n = 0; n < 8; n++) {
      elements.adapter.setState!('retrying');
      pass(5000);
      elements.adapter.setState!('live');
      pass(1000);
    }
    await areShown(elements, true);
  });
});
