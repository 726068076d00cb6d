/** Tests of reordering with the keyboard and the menu. */
import { expect } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { allByRole, announced, byRole, nextEvent, queryByRole, until } from '../../../test/support.js';
import type { StatusesAction } from '../../events.js';
import { PipelineError } from '../../model/errors.js';
import type { PipelineSettings } from './pipeline-settings.js';
import {
  altPress,
  button,
  click,
  delay,
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

const handle = (element: Element, name: string): HTMLElement => button(element, `Reorder ${name}`);
const isOn = (element: Element, name: string): boolean => queryByRole(element, 'button', name) === focused();

async function says(text: string): Promise<void> {
  await until(() => announced().includes(text), `"${text}", not "${announced()}"`);
}

/** Waits until the list shows the order, the adapter has stored it, and the handle has focus. */
async function settlesAt(element: PipelineSettings, order: string, focusOn: string): Promise<void> {
  await until(() => rows(element).join('') === order, `${order}, not ${rows(element).join('')}`);
  const adapter = element.adapter!;
  await until(async () => (await stored(adapter)).join('') === order, 'the adapter to have it');
  await until(() => isOn(element, focusOn), `focus on ${focusOn}`);
}

describe('<pipeline-settings> reordering by keyboard', () => {
  it('grabs with Space, moves with the arrow keys, and writes nothing until it is dropped', async () => {
    const adapter = await pipeline(NAMES);
    const element = await settings(adapter);
    const moves: [StatusesAction, string][] = [];
    element.addEventListener('pipeline-statuses-change', (event) => moves.push([event.action, event.status.name]));
    handle(element, 'A').focus();
    await press(' ');
    await says('A grabbed, position 1 of 4. Arrows move, Space drops, Escape cancels.');
    expect(element.matches(':state(dragging)')).to.equal(true);
    expect(queryByRole(element, 'menu'), 'no menu').to.equal(undefined);
    await press('ArrowDown');
    await until(() => rows(element).join('') === 'BACD');
    await says('A, position 2 of 4.');
    await press('ArrowDown');
    await until(() => rows(element).join('') === 'BCAD' && isOn(element, 'Reorder A'));
    expect((await stored(adapter)).join('')).to.equal('ABCD');
    await press(' ');
    await settlesAt(element, 'BCAD', 'Reorder A');
    await says('A moved from position 1 to 3 of 4.');
    expect(element.matches(':state(dragging)')).to.equal(false);
    expect(queryByRole(element, 'menu'), 'no menu').to.equal(undefined);
    await until(() => moves.length > 0);
    expect(moves).to.deep.equal([['move', 'A']]);
  });

  it('moves to the ends with Home and End, and announces if it is there already', async () => {
    const element = await settings(await pipeline(NAMES));
    handle(element, 'B').focus();
    await press(' ', 'End');
    await until(() => rows(element).join('') === 'ACDB');
    await press('ArrowDown');
    await says('B is already last.');
    await press('Home');
    await until(() => rows(element).join('') === 'BACD');
    await press('ArrowUp');
    await says('B is already first.');
    await press('Enter');
    await settlesAt(element, 'BACD', 'Reorder B');
  });

  it('returns to its place on Escape, which closes nothing around the element', async () => {
    const adapter = await pipeline(NAMES);
    const element = await settings(adapter);
    const keys: string[] = [];
    element.addEventListener('keydown', (event) => keys.push(event.key));
    handle(element, 'D').focus();
    await press(' ', 'Home');
    await until(() => rows(element).join('') === 'DABC');
    await press('Escape');
    await settlesAt(element, 'ABCD', 'Reorder D');
    await says('Move canceled. D is back at position 4.');
    expect(keys).to.deep.equal([]);
  });

  it('drops on Tab, and focus moves on', async () => {
    const element = await settings(await pipeline(NAMES));
    handle(element, 'A').focus();
    await press(' ', 'ArrowDown');
    await until(() => rows(element).join('') === 'BACD' && isOn(element, 'Reorder A'));
    await press('Tab');
    await until(async () => (await stored(element.adapter!)).join('') === 'BACD');
    await until(() => isOn(element, 'Edit A'), 'focus on the pencil, not pulled back');
    await frame();
    await frame();
    expect(isOn(element, 'Edit A')).to.equal(true);
    expect(element.matches(':state(dragging)')).to.equal(false);
  });

  it('drops when the mouse is pressed anywhere', async () => {
    const element = await settings(await pipeline(NAMES));
    handle(element, 'A').focus();
    await press(' ', 'ArrowDown');
    await until(() => rows(element).join('') === 'BACD');
    await click(button(element, 'Edit D'));
    await until(async () => (await stored(element.adapter!)).join('') === 'BACD');
    expect(element.matches(':state(dragging)')).to.equal(false);
    await until(() => queryByRole(element, 'textbox', 'Status name') === focused());
  });

  it('writes nothing if it is dropped in its old place', async () => {
    const adapter = await pipeline(NAMES);
    const element = await settings(adapter);
    const events: Event[] = [];
    element.addEventListener('pipeline-before-statuses-change', (event) => events.push(event));
    handle(element, 'B').focus();
    await press(' ', 'ArrowDown', 'ArrowUp', ' ');
    await settlesAt(element, 'ABCD', 'Reorder B');
    await says('B, position 2 of 4.');
    expect(events).to.deep.equal([]);
  });

  it('does not grab and drop repeatedly while Space is held', async () => {
    const element = await settings(await pipeline(NAMES));
    handle(element, 'A').focus();
    await sendKeys({ down: ' ' });
    await sendKeys({ down: ' ' });
    await sendKeys({ down: ' ' });
    expect(element.matches(':state(dragging)')).to.equal(true);
    await sendKeys({ up: ' ' });
    expect(element.matches(':state(dragging)')).to.equal(true);
    await sendKeys({ down: ' ' });
    await sendKeys({ down: ' ' });
    await until(() => !element.matches(':state(dragging)'));
    await sendKeys({ up: ' ' });
    expect(queryByRole(element, 'menu'), 'no click').to.equal(undefined);
  });

  it('moves with Alt and an arrow key from any control of the row, and announces if it cannot', async () => {
    const element = await settings(await pipeline(NAMES));
    for (const [control, key, order] of [
      ['Reorder B', 'ArrowDown', 'ACBD'],
      ['Edit B', 'ArrowDown', 'ACDB'],
      ['Delete B', 'ArrowUp', 'ACBD'],
      ['Edit B', 'ArrowUp', 'ABCD'],
    ] as const) {
      button(element, control).focus();
      await altPress(key);
      await settlesAt(element, order, control);
    }
    await says('B moved from position 3 to 2 of 4.');
    button(element, 'Edit A').focus();
    await altPress('ArrowUp');
    await says('A is already first.');
    button(element, 'Edit D').focus();
    await altPress('ArrowDown');
    await says('D is already last.');
    expect(handle(element, 'A').getAttribute('aria-keyshortcuts')).to.equal('Alt+ArrowUp Alt+ArrowDown');
  });

  it('moves up and down, but not sideways, in a right-to-left page', async () => {
    const element = await settings(await pipeline(NAMES));
    element.dir = 'rtl';
    handle(element, 'B').focus();
    await press(' ', 'ArrowDown');
    await until(() => rows(element).join('') === 'ACBD');
    await press('ArrowLeft', 'ArrowRight', 'ArrowUp');
    await until(() => rows(element).join('') === 'ABCD');
    await press('ArrowUp', ' ');
    await settlesAt(element, 'BACD', 'Reorder B');
    await altPress('ArrowDown');
    await settlesAt(element, 'ABCD', 'Reorder B');
    await altPress('ArrowUp');
    await settlesAt(element, 'BACD', 'Reorder B');
  });

  it('loses no step of fast key presses', async () => {
    const adapter = await pipeline(NAMES);
    const element = await settings(adapter);
    const go = delay(adapter, 'moveStatus');
    handle(element, 'A').focus();
    await sendKeys({ down: 'Alt' });
    await press('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp');
    await sendKeys({ up: 'Alt' });
    await until(() => rows(element).join('') === 'BCAD');
    expect((await stored(adapter)).join('')).to.equal('ABCD');
    expect(element.matches(':state(saving)')).to.equal(true);
    go();
    await settlesAt(element, 'BCAD', 'Reorder A');
    await until(() => !element.matches(':state(saving)'));
  });

  it('stays grabbed when others change the list, and is stored where it is shown', async () => {
    const adapter = await pipeline(NAMES);
    const element = await settings(adapter);
    handle(element, 'A').focus();
    await press(' ', 'ArrowDown', 'ArrowDown');
    await until(() => rows(element).join('') === 'BCAD');
    await adapter.moveStatus('d', null);
    await until(() => rows(element).join('') === 'DBAC');
    await adapter.moveStatus('b', 'c');
    await until(() => rows(element).join('') === 'DCAB');
    expect(isOn(element, 'Reorder A'), 'focus stays').to.equal(true);
    await press(' ');
    await settlesAt(element, 'DCAB', 'Reorder A');
  });

  it('releases a status that others delete', async () => {
    const adapter = await pipeline(NAMES);
    const element = await settings(adapter);
    handle(element, 'A').focus();
    await press(' ', 'End');
    const { version } = (await adapter.listStatuses()).items[0]!;
    await adapter.deleteStatus('a', { ifVersion: version });
    await until(() => rows(element).join('') === 'BCD');
    expect(element.matches(':state(dragging)')).to.equal(false);
  });
});

describe('<pipeline-settings> Space on a handle', () => {
  it('does not click when it is released, even if the browser does so anyway (Firefox)', async () => {
    const element = await settings(await pipeline(NAMES));
    const isPrevented = (name: string): boolean =>
      !handle(element, name).dispatchEvent(new KeyboardEvent('keyup', { key: ' ', bubbles: true, cancelable: true }));
    expect(isPrevented('A')).to.equal(true);
  });
});

describe('<pipeline-settings> reordering by menu', () => {
  async function open(element: PipelineSettings, name: string): Promise<HTMLElement> {
    await click(handle(element, name));
    return until(() => queryByRole(element, 'menu'));
  }

  it('moves with each item, and focus returns to the handle', async () => {
    const element = await settings(await pipeline(NAMES));
    for (const [name, item, order] of [
      ['B', 'Move to bottom', 'ACDB'],
      ['D', 'Move up', 'ADCB'],
      ['A', 'Move down', 'DACB'],
      ['B', 'Move to top', 'BDAC'],
    ] as const) {
      await open(element, name);
      await click(byRole(element, 'menuitem', item));
      await settlesAt(element, order, `Reorder ${name}`);
      expect(queryByRole(element, 'menu')).to.equal(undefined);
    }
  });

  it('opens with Enter, is navigated with the arrow keys, and is named after the status', async () => {
    const element = await settings(await pipeline(NAMES));
    handle(element, 'B').focus();
    expect(handle(element, 'B').getAttribute('aria-expanded')).to.equal('false');
    await press('Enter');
    const menu = await until(() => queryByRole(element, 'menu', 'B'));
    expect(element.matches(':state(open)')).to.equal(true);
    expect(handle(element, 'B').getAttribute('aria-expanded')).to.equal('true');
    await until(() => focused() === byRole(menu, 'menuitem', 'Move up'));
    await press('ArrowUp');
    expect(focused()).to.equal(byRole(menu, 'menuitem', 'Move up'));
    await press('ArrowDown', 'End', 'Home', 'ArrowDown');
    expect(focused()).to.equal(byRole(menu, 'menuitem', 'Move down'));
    await press('Enter');
    await settlesAt(element, 'ACBD', 'Reorder B');
    await says('B moved from position 2 to 3 of 4.');
  });

  it('disables moves that are not possible', async () => {
    const element = await settings(await pipeline(NAMES));
    for (const [name, unavailable] of [
      ['A', ['Move up', 'Move to top']],
      ['D', ['Move down', 'Move to bottom']],
    ] as const) {
      const menu = await open(element, name);
      const disabled = allByRole(menu, 'menuitem').filter((item) => item.ariaDisabled === 'true');
      expect(disabled.map((item) => item.textContent.trim())).to.deep.equal(unavailable);
      await click(disabled[0]!);
      expect(queryByRole(element, 'menu')).to.equal(menu);
      await press('Escape');
      await until(() => isOn(element, `Reorder ${name}`));
    }
    expect(rows(element).join('')).to.equal('ABCD');
  });

  it('closes on Escape, Tab, a press outside and a second click', async () => {
    const element = await settings(await pipeline(NAMES));
    const keys: string[] = [];
    element.parentElement!.addEventListener('keydown', (event) => keys.push(event.key));
    await open(element, 'B');
    await press('Escape');
    await until(() => !queryByRole(element, 'menu') && isOn(element, 'Reorder B'));
    await open(element, 'B');
    await press('Tab');
    await until(() => !queryByRole(element, 'menu') && isOn(element, 'Edit B'));
    await open(element, 'B');
    await click(document.body);
    await until(() => !queryByRole(element, 'menu'));
    await open(element, 'B');
    await click(handle(element, 'B'));
    await until(() => !queryByRole(element, 'menu') && isOn(element, 'Reorder B'));
    expect(keys).to.not.include('Escape');
  });

  it('follows the list: the new first status cannot move up, and a deleted one has no menu', async () => {
    const adapter = await pipeline(NAMES);
    const element = await settings(adapter);
    const menu = await open(element, 'B');
    await adapter.moveStatus('b', null);
    await until(() => byRole(menu, 'menuitem', 'Move up').ariaDisabled === 'true');
    const { version } = (await adapter.listStatuses()).items[0]!;
    await adapter.deleteStatus('b', { ifVersion: version });
    await until(() => !queryByRole(element, 'menu'));
  });
});

describe('<pipeline-settings> reordering that fails', () => {
  it('moves the status back, shows and dispatches the error, and can be retried', async () => {
    const adapter = await pipeline(NAMES);
    const element = await settings(adapter);
    refuse(adapter, 'moveStatus', new PipelineError('offline', 'no'));
    const failed = nextEvent(element, 'pipeline-error');
    handle(element, 'A').focus();
    await press(' ', 'End', ' ');
    const event = await failed;
    expect([event.error.code, event.action]).to.deep.equal(['offline', 'move-status']);
    await settlesAt(element, 'ABCD', 'Reorder A');
    const text = 'Order not saved. A is back at position 1. No connection.';
    await until(() => message(element) === text);
    await says(text);
    await click(button(element, 'Try again'));
    await settlesAt(element, 'BCDA', 'Reorder A');
    expect(message(element)).to.equal('');
  });

  it('offers no retry if it cannot help', async () => {
    const adapter = await pipeline(NAMES);
    const element = await settings(adapter);
    refuse(adapter, 'moveStatus');
    handle(element, 'A').focus();
    await altPress('ArrowDown');
    await until(() => message(element).includes('You are not allowed to do this.'));
    expect(queryByRole(element, 'button', 'Try again')).to.equal(undefined);
    expect(rows(element).join('')).to.equal('ABCD');
  });

  it('writes nothing that the page cancels, and announces that the status is back', async () => {
    const adapter = await pipeline(NAMES);
    const element = await settings(adapter);
    element.addEventListener('pipeline-before-statuses-change', (event) => {
      expect([event.action, event.status.name, event.cancelable]).to.deep.equal(['move', 'A', true]);
      event.preventDefault();
    });
    handle(element, 'A').focus();
    await press(' ', 'End', ' ');
    await settlesAt(element, 'ABCD', 'Reorder A');
    await says('Move canceled. A is back at position 1.');
    expect(message(element)).to.equal('');
  });
});
