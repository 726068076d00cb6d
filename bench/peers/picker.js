// The picker as published, with a minimal adapter.
import { MemoryAdapter, PipelineStatusPicker, setDefaultAdapter } from '/dist/cdn/pipeline-elements.js';
import { rowsOf } from '../page/rows.js';

const adapter = new MemoryAdapter();
const statuses = new Map();

export async function prepare(data) {
  for (const status of data.statuses) statuses.set(status.id, await adapter.createStatus(status));
  const idsOf = Map.groupBy(data.rows, ({ statusId }) => statusId);
  for (const [statusId, rows] of idsOf)
    await adapter.setStatus(
      rows.map(({ conversationId }) => ({ conversationId })),
      statusId,
    );
  setDefaultAdapter(adapter);
}

export const { mount, unmount } = rowsOf(({ conversationId }) =>
  Object.assign(document.createElement('pipeline-status-picker'), { conversationId }),
);

export const isReady = (picker) => picker.hasUpdated && !picker.matches(':state(loading)');
export const shown = (picker) => picker.shadowRoot.querySelector('[part~=label]')?.textContent;
export const isOpen = (picker) => picker.shadowRoot.querySelector(':popover-open') !== null;

/** Resolves when the rows out of view are rendered too. */
export const whole = (picker) => picker.updateComplete;

export async function rename({ id, name, color }) {
  const { version } = statuses.get(id);
  statuses.set(id, await adapter.updateStatus(id, { name, color }, { ifVersion: version }));
}

export async function change(conversationId, statusId) {
  await adapter.setStatus([{ conversationId }], statusId);
}

/** How many times a picker rendered while `act` ran. */
export async function countUpdates(act) {
  const { prototype } = PipelineStatusPicker;
  const { performUpdate } = prototype;
  let updates = 0;
  prototype.performUpdate = function () {
    updates++;
    performUpdate.call(this);
  };
  await act();
  delete prototype.performUpdate;
  return updates;
}
