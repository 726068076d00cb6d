/** What may be going on in the elements of a page when its source changes. */
import { resetMouse, sendKeys, sendMouse } from '@web/test-runner-commands';
import type { PipelineFilter } from '../../../src/elements/pipeline-filter/pipeline-filter.js';
import type { PipelineSettings } from '../../../src/elements/pipeline-settings/pipeline-settings.js';
import type { PipelineStatusPicker } from '../../../src/elements/pipeline-status-picker/pipeline-status-picker.js';
import { PipelineError } from '../../../src/model/errors.js';
import { isChromium, touch } from '../../commands.js';
import { allByRole, byRole, deepActiveElement, queryByRole, until } from '../../support.js';
import type { Control, Outcome } from './controlled.js';

export interface Page {
  picker: PipelineStatusPicker;
  filter: PipelineFilter;
  list: HTMLElement;
  settings: PipelineSettings;
  old: Control;
}

/** What happens after the source has changed. */
export interface After {
  /** In the same task: what a script or an unfinished press does to the old content. */
  now?(): void;
  /** What the user does next, while the new source is shown or still pending. */
  continueUsing?(): Promise<unknown>;
  /** Lets the old source respond. */
  answer?(): void;
  /** What must be true at the end. */
  check?(): Promise<void>;
}

export interface Situation {
  /** The old source has no statuses. */
  isEmpty?: boolean;
  /** Prepares the old source before the elements are added, so that they are not loaded. */
  before?(old: Control): () => void;
  begin?(page: Page): Promise<After>;
}

type Point = [number, number];
const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));

function center(element: Element): Point {
  const { left, top, width, height } = element.getBoundingClientRect();
  return [Math.round(left + width / 2), Math.round(top + height / 2)];
}

const find = (within: Element, role: string, name: string | RegExp): Promise<HTMLElement> =>
  until(() => queryByRole(within, role, name), `${role} ${String(name)}`);

const press = (key: string): Promise<void> => sendKeys({ press: key });

async function undoByKey(): Promise<void> {
  await sendKeys({ down: 'Control' });
  await press('z');
  await sendKeys({ up: 'Control' });
}

/** Enters text into a field as if typed. */
function type(field: HTMLElement, text: string): void {
  (field as HTMLInputElement).value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
}

const row = (settings: Element, control: 'Reorder' | 'Edit' | 'Delete', name: string): Promise<HTMLElement> =>
  find(settings, 'button', `${control} ${name}`);

async function openList(picker: PipelineStatusPicker, name = 'OLD Only'): Promise<HTMLElement> {
  picker.show();
  return find(picker, 'option', name);
}

async function openFilter(filter: PipelineFilter): Promise<HTMLElement> {
  filter.show();
  return find(filter, 'checkbox', /^OLD Leads/);
}

const message = (element: Element, part: string): Promise<string> =>
  until(() => element.shadowRoot!.querySelector(`[part~=${part}]`)?.textContent?.trim(), `the ${part}`);

/** Presses the handle of the first row and drags it down. */
async function drag(settings: PipelineSettings): Promise<void> {
  const list = await find(settings, 'list', 'Statuses');
  await until(() => Object.keys(list).some((key) => key.startsWith('Sortable')), 'Sortable');
  const [from, to] = [
    center(await row(settings, 'Reorder', 'OLD Leads')),
    center(await row(settings, 'Reorder', 'OLD Only')),
  ];
  await sendMouse({ type: 'move', position: from });
  await sendMouse({ type: 'down' });
  for (let i = 1; i <= 4; i++) {
    await sendMouse({ type: 'move', position: [from[0], Math.round(from[1] + ((to[1] - from[1]) * i) / 4)] });
    await frame();
  }
  await until(() => settings.matches(':state(dragging)'), 'the drag to begin');
}

async function drop(): Promise<void> {
  await sendMouse({ type: 'up' });
  await resetMouse();
}

/** Picks up the first row with the keyboard and moves it down; each step is announced half a second later. */
async function carry(settings: PipelineSettings): Promise<void> {
  (await row(settings, 'Reorder', 'OLD Leads')).focus();
  await press('Space');
  await press('ArrowDown');
  await until(() => settings.shadowRoot!.querySelectorAll('li')[1]?.matches('[data-grabbed]'), 'the row to be carried');
}

async function edit(settings: PipelineSettings, text: string): Promise<HTMLElement> {
  (await row(settings, 'Edit', 'OLD Leads')).click();
  type(await find(settings, 'textbox', 'Status name'), text);
  return find(settings, 'button', 'Save');
}

async function add(settings: PipelineSettings, text: string): Promise<HTMLElement> {
  (await find(settings, 'button', 'Add status')).click();
  type(await find(settings, 'textbox', 'Status name'), text);
  return find(settings, 'button', 'Add');
}

async function deleteUnused(settings: PipelineSettings): Promise<void> {
  (await row(settings, 'Delete', 'OLD Only')).click();
}

async function ask(settings: PipelineSettings): Promise<HTMLElement> {
  await until(() => settings.shadowRoot!.querySelector('.count:not([data-zero])'), 'the numbers');
  (await row(settings, 'Delete', 'OLD Leads')).click();
  const dialog = await find(settings, 'dialog', /OLD Leads/);
  byRole(dialog, 'radio', 'Move to').click();
  return find(dialog, 'button', 'Delete');
}

/** A call that is rejected because the source changed before its response. */
function aborted(question: Promise<unknown>): () => Promise<void> {
  const code = question.then(
    (ids) => `answered ${JSON.stringify(ids)}`,
    (error: unknown) => (error instanceof PipelineError ? error.code : String(error)),
  );
  return async () => {
    const is = await code;
    if (is !== 'aborted') throw new Error(`the question was ${is}`);
  };
}

export const SITUATIONS: Record<string, Situation> = {
  'nothing is going on': { begin: async () => ({}) },

  'a list is open': {
    begin: async ({ picker }) => {
      const option = await openList(picker);
      return {
        now: () => option.click(),
        continueUsing: async () => {
          await sendMouse({ type: 'click', position: center(option) });
          await press('Enter');
        },
      };
    },
  },

  'a list is open on an id that both sources have, and receives keys': {
    begin: async ({ picker }) => {
      const option = await openList(picker, 'OLD Purchase');
      await until(() => deepActiveElement()?.matches('[role=option]'), 'focus in the list');
      await press('ArrowDown');
      // The pill has focus by then, where Space only opens the options of the new source.
      return { now: () => option.click(), continueUsing: () => press('Space') };
    },
  },

  'a list is being searched': {
    begin: async ({ picker }) => {
      picker.searchThreshold = 1;
      await openList(picker);
      type(await find(picker, 'combobox', 'Search statuses'), 'OLD x');
      return {};
    },
  },

  'a filter is open': {
    begin: async ({ filter }) => {
      const box = await openFilter(filter);
      return { now: () => box.click(), continueUsing: () => press('Space') };
    },
  },

  'a filter is being searched': {
    begin: async ({ filter }) => {
      filter.searchThreshold = 1;
      await openFilter(filter);
      type(await find(filter, 'searchbox', 'Search statuses'), 'OLD x');
      return {};
    },
  },

  'the menu of a row is open': {
    begin: async ({ settings }) => {
      (await row(settings, 'Reorder', 'OLD Leads')).click();
      const item = await find(settings, 'menuitem', 'Move down');
      return { now: () => item.click() };
    },
  },

  'a delete dialog is open': {
    begin: async ({ settings }) => {
      const button = await ask(settings);
      return { now: () => button.click() };
    },
  },

  'a form has been typed into': {
    begin: async ({ settings }) => {
      const button = await edit(settings, 'OLD Prospects');
      return { now: () => button.click() };
    },
  },

  'a new status has been entered': {
    begin: async ({ settings }) => {
      const button = await add(settings, 'OLD Third');
      return { now: () => button.click() };
    },
  },

  'a row is being dragged': {
    begin: async ({ settings }) => {
      await drag(settings);
      return { continueUsing: drop };
    },
  },

  'a row is pressed, and dragged afterwards': {
    begin: async ({ settings }) => {
      const list = await find(settings, 'list', 'Statuses');
      await until(() => Object.keys(list).some((key) => key.startsWith('Sortable')), 'Sortable');
      const [x, y] = center(await row(settings, 'Reorder', 'OLD Leads'));
      await sendMouse({ type: 'move', position: [x, y] });
      await sendMouse({ type: 'down' });
      return {
        continueUsing: async () => {
          for (const by of [10, 30, 60]) await sendMouse({ type: 'move', position: [x, y + by] });
          await drop();
        },
      };
    },
  },

  'the delete button is pressed, and released afterwards': {
    begin: async ({ settings }) => {
      await sendMouse({ type: 'move', position: center(await row(settings, 'Delete', 'OLD Purchase')) });
      await sendMouse({ type: 'down' });
      return { continueUsing: drop };
    },
  },

  ...(isChromium
    ? {
        'a row is being dragged by touch': {
          begin: async ({ settings }: Page) => {
            const list = await find(settings, 'list', 'Statuses');
            await until(() => Object.keys(list).some((key) => key.startsWith('Sortable')), 'Sortable');
            const [x, y] = center(await row(settings, 'Reorder', 'OLD Leads'));
            await touch('touchStart', [{ x, y }]);
            for (const by of [10, 30, 50]) {
              await touch('touchMove', [{ x, y: y + by }]);
              await frame();
            }
            await until(() => settings.matches(':state(dragging)'), 'the drag to begin');
            return { continueUsing: () => touch('touchEnd') };
          },
        },
      }
    : {}),

  'a row is being moved by keyboard': {
    begin: async ({ settings }) => {
      await carry(settings);
      return { continueUsing: () => press('Space') };
    },
  },

  'a pick can be undone': {
    begin: async ({ picker }) => {
      (await openList(picker)).click();
      const undo = await find(picker, 'button', 'Undo');
      return { now: () => undo.click(), continueUsing: undoByKey };
    },
  },

  'a delete can be undone': {
    begin: async ({ settings }) => {
      await deleteUnused(settings);
      const undo = await find(settings, 'button', 'Undo');
      return { now: () => undo.click() };
    },
  },

  'a pick has failed': {
    begin: async ({ picker, old }) => {
      old.hold('setStatus', 'refused')();
      (await openList(picker)).click();
      await message(picker, 'error');
      return {};
    },
  },

  'a write has failed': {
    begin: async ({ settings, old }) => {
      old.hold('deleteStatus', 'refused')();
      await deleteUnused(settings);
      await message(settings, 'error');
      return {};
    },
  },

  'a filter is active': {
    begin: async ({ filter, list }) => {
      filter.filter = { op: 'any-of', statusIds: ['leads', 'old-only'] };
      const [c1, c2] = [...list.children] as HTMLElement[];
      await until(() => c2!.hidden && !c1!.hidden, 'the list to be filtered');
      const { filter: chosen } = filter;
      return {
        check: async () => {
          // By the new source, c1 has another status and c2 has Leads.
          await until(() => c1!.hidden && !c2!.hidden, 'the list to be filtered by the new source');
          if (filter.filter !== chosen) throw new Error(`the filter is ${filter.value}`);
          byRole(filter, 'button', 'Remove Unknown status from the filter');
        },
      };
    },
  },

  'a status has been removed from the filter': {
    begin: async ({ filter, settings }) => {
      filter.filter = { op: 'any-of', statusIds: ['leads', 'old-only'] };
      await until(() => queryByRole(filter, 'button', 'Remove OLD Only from the filter'));
      await deleteUnused(settings);
      await until(() => filter.value === 'op=any-of&status=leads', 'the status to leave');
      return {};
    },
  },
};

/** Each write and read that is pending, and then succeeds or fails. */
const ON_ITS_WAY: Record<string, (page: Page, outcome: Outcome) => Promise<After>> = {
  'a pick': async ({ picker, old }, outcome) => {
    const answer = old.hold('setStatus', outcome);
    (await openList(picker)).click();
    await until(() => old.writes.at(-1)?.startsWith('setStatus'));
    return { answer };
  },

  'a pick for several conversations': async ({ picker, old }, outcome) => {
    picker.conversations = [{ conversationId: 'c1' }, { conversationId: 'c2' }];
    await until(() => queryByRole(picker, 'combobox')?.textContent.trim() === 'Mixed');
    const answer = old.hold('setStatus', outcome);
    (await openList(picker)).click();
    await until(() => old.writes.at(-1)?.startsWith('setStatus'));
    return { answer };
  },

  'a pick queued behind another': async ({ picker, old }, outcome) => {
    const answer = old.hold('setStatus', outcome);
    for (const name of ['OLD Only', 'OLD Purchase']) (await openList(picker, name)).click();
    return { answer };
  },

  'an undo of a pick': async ({ picker, old }, outcome) => {
    (await openList(picker)).click();
    const undo = await find(picker, 'button', 'Undo');
    const answer = old.hold('setStatus', outcome);
    undo.click();
    return { answer };
  },

  'a new status': async ({ settings, old }, outcome) => {
    const answer = old.hold('createStatus', outcome);
    (await add(settings, 'OLD Third')).click();
    await until(() => old.writes.at(-1)?.includes('OLD Third'));
    return { answer };
  },

  'a rename': async ({ settings, old }, outcome) => {
    const answer = old.hold('updateStatus', outcome);
    (await edit(settings, 'OLD Prospects')).click();
    await until(() => old.writes.at(-1)?.includes('OLD Prospects'));
    return { answer };
  },

  'a move': async ({ settings, old }, outcome) => {
    const answer = old.hold('moveStatus', outcome);
    (await row(settings, 'Reorder', 'OLD Leads')).click();
    (await find(settings, 'menuitem', 'Move down')).click();
    await until(() => old.writes.at(-1)?.startsWith('moveStatus'));
    return { answer };
  },

  'a delete': async ({ settings, old }, outcome) => {
    const answer = old.hold('deleteStatus', outcome);
    await deleteUnused(settings);
    return { answer };
  },

  'a delete with a dialog': async ({ settings, old }, outcome) => {
    const answer = old.hold('deleteStatus', outcome);
    (await ask(settings)).click();
    return { answer };
  },

  'an undo of a delete': async ({ settings, old }, outcome) => {
    await deleteUnused(settings);
    const undo = await find(settings, 'button', 'Undo');
    const answer = old.hold('restoreStatus', outcome);
    undo.click();
    return { answer };
  },

  'a call of find()': async ({ filter, old }, outcome) => {
    const answer = old.hold('find', outcome);
    filter.filter = { op: 'any-of', statusIds: ['leads'] };
    const asking = filter.find();
    await frame();
    return { answer, check: aborted(asking) };
  },

  'a call of select()': async ({ filter, old }, outcome) => {
    const answer = old.hold('getEntries', outcome);
    filter.filter = { op: 'any-of', statusIds: ['leads'] };
    const asking = filter.select(['old-1', 'old-2']);
    await frame();
    return { answer, check: aborted(asking) };
  },
};

for (const [name, begin] of Object.entries(ON_ITS_WAY)) {
  for (const outcome of ['answered', 'refused'] as const) {
    SITUATIONS[`${name} is pending, and is ${outcome}`] = { begin: (page) => begin(page, outcome) };
  }
}

for (const outcome of ['answered', 'refused'] as const) {
  SITUATIONS[`example statuses are pending, and are ${outcome}`] = {
    isEmpty: true,
    begin: async ({ settings, old }) => {
      const answer = old.hold('createStatus', outcome);
      (await find(settings, 'button', 'Use example statuses')).click();
      await until(() => old.writes.length === 1);
      return {
        answer,
        check: async () => {
          if (old.writes.length !== 1) throw new Error(`went on with ${old.writes.at(-1)}`);
        },
      };
    },
  };
  for (const method of ['listStatuses', 'getEntries'] as const) {
    SITUATIONS[`${method}() is pending, and is ${outcome}`] = { before: (old) => old.hold(method, outcome) };
  }
}

/** When the statuses could not be loaded, and loading is retried. */
SITUATIONS['the list could not be loaded, and loading is retried'] = {
  before: (old) => {
    old.hold('listStatuses', 'refused')();
    return () => undefined;
  },
  begin: async ({ settings, picker, old }) => {
    await until(() => picker.matches(':state(error)'));
    const answer = old.hold('listStatuses', 'refused');
    (await find(settings, 'button', 'Try again')).click();
    picker.show();
    await until(() => allByRole(picker, 'button', 'Try again').length);
    return { answer };
  },
};
