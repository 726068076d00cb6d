/** Tests of reordering by dragging. */
import { expect, fixture, html } from '@open-wc/testing';
import { resetMouse, sendMouse } from '@web/test-runner-commands';
import Sortable from 'sortablejs';
import { announced, nextEvent, queryByRole, until as waitUntil } from '../../../test/support.js';
import { touch } from '../../../test/commands.js';
import type { MemoryAdapter } from '../../adapters/memory.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineSettings } from './pipeline-settings.js';
import {
  button,
  center,
  click,
  focused,
  frame,
  message,
  pipeline,
  press,
  refuse,
  rows,
  settings,
  stored,
} from './test-settings.js';

const NAMES = ['A', 'B', 'C', 'D'];
const STEPS = 6;
/** Waits detect what hangs, not what is slow: a busy machine may take ten times as long as an idle one. */
const PATIENCE = 40;
const TEST_TIMEOUT = 120_000;

const until = <T>(check: () => T | Promise<T>, what?: string): Promise<NonNullable<T>> =>
  waitUntil(check, what, PATIENCE);

const handle = (element: Element, name: string): HTMLElement => button(element, `Reorder ${name}`);
const isDragging = (element: Element): boolean => element.matches(':state(dragging)');
const items = (element: Element): HTMLElement[] => [...element.shadowRoot!.querySelectorAll<HTMLElement>('ol > li')];

async function ready(names = NAMES): Promise<{ adapter: MemoryAdapter; element: PipelineSettings }> {
  const adapter = await pipeline(names);
  const element = await settings(adapter);
  await dragReady(element);
  return { adapter, element };
}

const isDraggable = (element: Element): boolean => Boolean(Sortable.get(element.shadowRoot!.querySelector('ol')!));

/** SortableJS is loaded when there is something to drag. */
async function dragReady(element: PipelineSettings): Promise<void> {
  await until(() => isDraggable(element), 'SortableJS');
}

type Point = [number, number];
const step = (from: Point, to: Point, i: number): Point => [
  Math.round(from[0] + ((to[0] - from[0]) * i) / STEPS),
  Math.round(from[1] + ((to[1] - from[1]) * i) / STEPS),
];

/** Where the pointer goes so that a row takes the place of another. */
function target(element: Element, name: string, onto: string): Point {
  const [x, from] = center(handle(element, name));
  const [, to] = center(handle(element, onto));
  return [x, to + (to > from ? 12 : -12)];
}

/** Presses on a handle and drags to a point, button still down. */
async function drag(element: PipelineSettings, name: string, to: Point): Promise<void> {
  const from = center(handle(element, name));
  await sendMouse({ type: 'move', position: from });
  await sendMouse({ type: 'down' });
  for (let i = 1; i <= STEPS; i++) {
    await sendMouse({ type: 'move', position: step(from, to, i) });
    await frame();
  }
  await until(() => isDragging(element), 'the drag to begin');
}

/** Waits until the dragged row stands at a place. */
async function standsAt(element: PipelineSettings, name: string, index: number): Promise<void> {
  const rest = (): HTMLElement[] => items(element).filter((item) => !item.classList.contains('dragged'));
  await until(() => rest()[index]?.querySelector('.label')?.textContent === name, `${name} at ${index}`);
}

const drop = (): Promise<void> => sendMouse({ type: 'up' });

/** Waits until the drag is over, the order is stored, and every row stands where it can be pressed. */
async function settlesAt(element: PipelineSettings, order: string): Promise<void> {
  await until(() => !isDragging(element), 'the drag to end');
  await until(() => rows(element).join('') === order, `${order}, not ${rows(element).join('')}`);
  await until(async () => (await stored(element.adapter!)).join('') === order, 'the adapter to have it');
  await until(() => items(element).every((item) => !item.getAnimations().length), 'the rows to stand still');
}

describe('<pipeline-settings> dragging', function () {
  this.timeout(TEST_TIMEOUT);
  afterEach(() => resetMouse());

  it('moves a row down and up by its handle, with one event each', async () => {
    const { element } = await ready();
    const moves: string[] = [];
    element.addEventListener('pipeline-statuses-change', (event) => moves.push(`${event.action} ${event.status.id}`));
    await drag(element, 'A', target(element, 'A', 'C'));
    await standsAt(element, 'A', 2);
    await drop();
    await settlesAt(element, 'BCAD');
    await until(() => announced().includes('A moved from position 1 to 3 of 4.'));
    expect(focused()).to.equal(handle(element, 'A'));
    await drag(element, 'D', target(element, 'D', 'B'));
    await standsAt(element, 'D', 0);
    await drop();
    await settlesAt(element, 'DBCA');
    expect(moves).to.deep.equal(['move a', 'move d']);
    expect(queryByRole(element, 'menu'), 'no click after a drop').to.equal(undefined);
  });

  it('drops where the pointer is, however fast it moves', async () => {
    const { element } = await ready();
    for (const [name, onto, order] of [
      ['A', 'D', 'BCDA'],
      ['C', 'B', 'CBDA'],
    ] as const) {
      const [from, to] = [center(handle(element, name)), target(element, name, onto)];
      await sendMouse({ type: 'move', position: from });
      await sendMouse({ type: 'down' });
      await sendMouse({ type: 'move', position: to });
      await drop();
      await settlesAt(element, order);
    }
  });

  it('drags a row that still glides to its place', async () => {
    const { element } = await ready();
    // As after a drop, stopped halfway so that the pointer finds the rows where they were measured.
    for (const item of items(element)) item.animate({ transform: ['translateY(12px)', 'none'] }, 150).pause();
    await drag(element, 'D', target(element, 'D', 'A'));
    await standsAt(element, 'D', 0);
    for (const item of items(element)) item.getAnimations().forEach((animation) => animation.finish());
    await drop();
    await settlesAt(element, 'DABC');
  });

  it('handles a drag whose events all arrive at once, after the page was busy', async () => {
    const { element } = await ready();
    const dots = handle(element, 'A');
    const [x, y] = center(dots);
    const [, to] = target(element, 'A', 'C');
    const send = (type: string, clientY: number): boolean =>
      dots.dispatchEvent(
        new PointerEvent(type, { clientX: x, clientY, bubbles: true, composed: true, cancelable: true }),
      );
    send('pointerdown', y);
    for (const each of [y + 6, to]) send('pointermove', each);
    send('pointerup', to);
    await settlesAt(element, 'BCAD');
  });

  it('follows a pointer that leaves the list to the sides and past the ends', async () => {
    const { element } = await ready();
    const [, y] = target(element, 'A', 'C');
    await drag(element, 'A', [2, y]);
    await standsAt(element, 'A', 2);
    const { bottom } = items(element)[3]!.getBoundingClientRect();
    await sendMouse({ type: 'move', position: [300, Math.round(bottom + 150)] });
    await standsAt(element, 'A', 3);
    await sendMouse({ type: 'move', position: [300, 0] });
    await standsAt(element, 'A', 0);
    await sendMouse({ type: 'move', position: [300, Math.round(bottom + 150)] });
    await drop();
    await settlesAt(element, 'BCDA');
  });

  it('scrolls to rows that are out of view', async () => {
    const { adapter, element } = await ready(Array.from({ length: 30 }, (_, i) => `${i + 1}`));
    const rowHeight = items(element)[0]!.offsetHeight;
    const shown = Math.ceil(innerHeight / rowHeight);
    await drag(element, '1', [center(handle(element, '1'))[0], innerHeight - 6]);
    // A pointer is never quite still.
    let moves = 0;
    await until(async () => {
      await sendMouse({ type: 'move', position: [40, innerHeight - 6 - (moves++ % 2)] });
      return scrollY >= 3 * rowHeight;
    }, 'the page to scroll');
    await drop();
    await until(async () => (await stored(adapter)).indexOf('1') >= shown, 'the row beyond what was in sight');
    window.scrollTo(0, 0);
  });

  it('works inside another component', async () => {
    const adapter = await pipeline(NAMES);
    const host = await fixture<HTMLElement>(html`<div></div>`);
    const element = Object.assign(document.createElement('pipeline-settings'), { adapter });
    host.attachShadow({ mode: 'open' }).append(element);
    await until(() => element.shadowRoot?.querySelector('ol'));
    await dragReady(element);
    await drag(element, 'A', target(element, 'A', 'C'));
    await standsAt(element, 'A', 2);
    await drop();
    await settlesAt(element, 'BCAD');
    await until(() => focused() === handle(element, 'A'));
  });

  it('does not swallow the click after a drag', async () => {
    const { element } = await ready();
    await drag(element, 'A', target(element, 'A', 'C'));
    await standsAt(element, 'A', 2);
    await drop();
    await settlesAt(element, 'BCAD');
    await click(button(element, 'Edit B'));
    await until(() => queryByRole(element, 'textbox', 'Status name'));
  });

  it('writes nothing for a drag back to its place, and opens no menu', async () => {
    const { element } = await ready();
    const events: Event[] = [];
    element.addEventListener('pipeline-before-statuses-change', (event) => events.push(event));
    const [x, y] = center(handle(element, 'B'));
    await drag(element, 'B', [x + 8, y + 6]);
    await drop();
    await settlesAt(element, 'ABCD');
    await frame();
    expect(events).to.deep.equal([]);
    expect(queryByRole(element, 'menu')).to.equal(undefined);
    await click(handle(element, 'B'));
    await until(() => queryByRole(element, 'menu'), 'the next click');
  });

  it('is canceled by Escape, which closes nothing around the element; the release does not click', async () => {
    const { element } = await ready();
    const keys: string[] = [];
    const hear = (event: KeyboardEvent): void => void keys.push(event.key);
    document.addEventListener('keydown', hear);
    await drag(element, 'A', target(element, 'A', 'C'));
    await standsAt(element, 'A', 2);
    await press('Escape');
    await settlesAt(element, 'ABCD');
    await sendMouse({ type: 'move', position: center(handle(element, 'A')) });
    await drop();
    await frame();
    await frame();
    document.removeEventListener('keydown', hear);
    expect(keys).to.deep.equal([]);
    expect(queryByRole(element, 'menu')).to.equal(undefined);
    await click(handle(element, 'A'));
    await until(() => queryByRole(element, 'menu'), 'the next click');
  });

  it('moves the row back if the adapter refuses, with a message', async () => {
    const { adapter, element } = await ready();
    refuse(adapter, 'moveStatus', new PipelineError('unavailable', 'no'));
    const failed = nextEvent(element, 'pipeline-error');
    await drag(element, 'A', target(element, 'A', 'C'));
    await standsAt(element, 'A', 2);
    await drop();
    expect((await failed).action).to.equal('move-status');
    await settlesAt(element, 'ABCD');
    await until(() => message(element).startsWith('Order not saved. A is back at position 1.'));
  });

  it('moves the row back if the page cancels', async () => {
    const { element } = await ready();
    element.addEventListener('pipeline-before-statuses-change', (event) => event.preventDefault());
    await drag(element, 'A', target(element, 'A', 'C'));
    await standsAt(element, 'A', 2);
    await drop();
    await settlesAt(element, 'ABCD');
    expect(items(element).length).to.equal(4);
  });

  it('shows changes by others after the drop, and drops where the row was shown', async () => {
    const { adapter, element } = await ready();
    await drag(element, 'A', target(element, 'A', 'C'));
    await standsAt(element, 'A', 2);
    await adapter.createStatus({ id: 'e', name: 'E', color: '#03a74d', after: null });
    await adapter.moveStatus('d', null);
    await frame();
    await frame();
    expect(queryByRole(element, 'button', 'Reorder E'), 'not under the pointer').to.equal(undefined);
    await drop();
    // Right after C, where it was shown.
    await settlesAt(element, 'DEBCA');
  });

  it('ignores a drag whose row others delete meanwhile', async () => {
    const { adapter, element } = await ready();
    await drag(element, 'A', target(element, 'A', 'C'));
    await standsAt(element, 'A', 2);
    const { version } = (await adapter.listStatuses()).items[0]!;
    await adapter.deleteStatus('a', { ifVersion: version });
    await drop();
    await settlesAt(element, 'BCD');
    expect(items(element).length).to.equal(3);
  });

  it('drops after a row that others deleted meanwhile, at the place of that row', async () => {
    const { adapter, element } = await ready();
    await drag(element, 'A', target(element, 'A', 'C'));
    await standsAt(element, 'A', 2);
    const { version } = (await adapter.listStatuses()).items[2]!;
    await adapter.deleteStatus('c', { ifVersion: version });
    await drop();
    await settlesAt(element, 'BAD');
  });

  it('is canceled when the element is removed, and works again when it is put back', async () => {
    const { element } = await ready();
    const parent = element.parentElement!;
    await drag(element, 'A', target(element, 'A', 'C'));
    await standsAt(element, 'A', 2);
    element.remove();
    await drop();
    parent.append(element);
    await settlesAt(element, 'ABCD');
    await dragReady(element);
    await drag(element, 'A', target(element, 'A', 'B'));
    await standsAt(element, 'A', 1);
    await drop();
    await settlesAt(element, 'BACD');
  });

  it('keeps the copy under the pointer if an ancestor contains fixed elements', async () => {
    const adapter = await pipeline(NAMES);
    const box = await fixture<HTMLElement>(
      html`<div style="contain: layout; margin: 60px 0 0 80px">
        <pipeline-settings .adapter=${adapter}></pipeline-settings>
      </div>`,
    );
    const element = box.querySelector('pipeline-settings')!;
    await until(() => element.shadowRoot?.querySelector('ol'));
    await dragReady(element);
    const to = target(element, 'A', 'B');
    await drag(element, 'A', to);
    const copy = await until(() => element.shadowRoot!.querySelector('.dragged'));
    const [, y] = center(copy);
    expect(y).to.be.closeTo(to[1], 3);
    expect(copy.getBoundingClientRect().left).to.be.closeTo(items(element)[0]!.getBoundingClientRect().left, 12);
    await drop();
  });

  it('drags by touch on the handle', async () => {
    const { element } = await ready();
    const from = center(handle(element, 'A'));
    const to = target(element, 'A', 'C');
    await touch('touchStart', [{ x: from[0], y: from[1] }]);
    for (let i = 1; i <= STEPS; i++) {
      const [x, y] = step(from, to, i);
      await touch('touchMove', [{ x, y }]);
      await frame();
    }
    await until(() => isDragging(element));
    await standsAt(element, 'A', 2);
    await touch('touchEnd');
    await settlesAt(element, 'BCAD');
    // The tap after it is a click.
    const [x, y] = center(button(element, 'Edit B'));
    await touch('touchStart', [{ x, y }]);
    await touch('touchEnd');
    await until(() => queryByRole(element, 'textbox', 'Status name'));
  });

  it('does not swallow the tap after a short flick', async () => {
    const { element } = await ready();
    const [x, y] = center(handle(element, 'A'));
    await touch('touchStart', [{ x, y }]);
    await touch('touchMove', [{ x, y: y + 20 }]);
    await touch('touchEnd');
    await settlesAt(element, 'ABCD');
    const [left, top] = center(button(element, 'Edit B'));
    await touch('touchStart', [{ x: left, y: top }]);
    await touch('touchEnd');
    await until(() => queryByRole(element, 'textbox', 'Status name'));
  });

  it('is canceled if the system takes over the touch', async () => {
    const { element } = await ready();
    const from = center(handle(element, 'A'));
    const to = target(element, 'A', 'C');
    await touch('touchStart', [{ x: from[0], y: from[1] }]);
    for (let i = 1; i <= STEPS; i++) {
      const [x, y] = step(from, to, i);
      await touch('touchMove', [{ x, y }]);
      await frame();
    }
    await standsAt(element, 'A', 2);
    await touch('touchCancel');
    await settlesAt(element, 'ABCD');
  });

  it('does not drag by the name, or in a read-only list', async () => {
    const { element } = await ready();
    const from = center(items(element)[0]!.querySelector('.name .chip')!);
    await sendMouse({ type: 'move', position: from });
    await sendMouse({ type: 'down' });
    await sendMouse({ type: 'move', position: [from[0], from[1] + 60] });
    await frame();
    expect(isDragging(element)).to.equal(false);
    await drop();
    element.readonly = true;
    await element.updateComplete;
    await until(() => !isDraggable(element));
  });
});

/** A small seeded generator (mulberry32), so that a failure can be run again. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('<pipeline-settings> any interleaving of drags, changes from elsewhere and refusals', () => {
  afterEach(() => resetMouse());

  const given = new URLSearchParams(location.search).get('seed');
  const seed = given ? Number(given) : Math.floor(Math.random() * 2 ** 31);

  it(`shows the list as stored (seed ${seed})`, async () => {
    const next = random(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
    const { adapter, element } = await ready(['A', 'B', 'C', 'D', 'E', 'F']);
    const log: string[] = [];
    // Only this page's moves are refused.
    const move = adapter.moveStatus.bind(adapter);
    let made = 0;

    const elsewhere = async (): Promise<void> => {
      const { items: statuses } = await adapter.listStatuses();
      const status = pick(statuses);
      const kind = statuses.length < 4 ? 'create' : pick(['create', 'move', 'delete', 'rename', 'restore']);
      log.push(`elsewhere ${kind} ${status.name}`);
      if (kind === 'create' && statuses.length < 9) {
        const name = `N${++made}`;
        await adapter.createStatus({ id: name, name, color: '#03a74d', after: pick([null, status.id]) });
      } else if (kind === 'move') await move(status.id, pick([null, ...statuses.map(({ id }) => id)]));
      else if (kind === 'delete') await adapter.deleteStatus(status.id, { ifVersion: status.version, moveTo: null });
      else if (kind === 'restore') await adapter.restoreStatus(status.id);
      else await adapter.updateStatus(status.id, { name: `${status.name}x` }, { ifVersion: status.version });
    };

    for (let round = 0; round < 25; round++) {
      await until(() => items(element).length > 1 && !element.matches(':state(saving)'));
      const [from, to] = [pick(rows(element)), pick(rows(element))];
      log.push(`drag ${from} to ${to} in ${rows(element).join()}`);
      if (next() < 0.25) refuse(adapter, 'moveStatus', new PipelineError('offline', 'no'));
      if (next() < 0.2) {
        handle(element, from).focus();
        await press(' ', pick(['ArrowDown', 'ArrowUp', 'Home', 'End']));
        if (next() < 0.5) await elsewhere();
        await press(pick([' ', 'Escape', 'Tab']));
      } else {
        const start = center(handle(element, from));
        const end = target(element, from, to);
        await sendMouse({ type: 'move', position: start });
        await sendMouse({ type: 'down' });
        for (let i = 1; i <= 3; i++) {
          await sendMouse({ type: 'move', position: [start[0], Math.round(start[1] + ((end[1] - start[1]) * i) / 3)] });
          if (next() < 0.3) await elsewhere();
        }
        await frame();
        if (next() < 0.2) await press('Escape');
        await drop();
      }
      if (next() < 0.3) await elsewhere();
      const isSame = async (): Promise<boolean> => {
        const shown = items(element).map((item) => item.dataset['id']);
        return shown.join() === (await adapter.listStatuses()).items.map(({ id }) => id).join();
      };
      await until(isSame, `seed ${seed}, round ${round}: ${rows(element).join()} to be as stored\n${log.join('\n')}`);
      await until(() => !isDragging(element), `seed ${seed}, round ${round}: the drag to end`);
      // A keyboard move or a click may have opened it.
      if (queryByRole(element, 'menu')) await press('Escape');
    }
  }).timeout(600_000);
});
