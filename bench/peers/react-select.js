/** react-select as a peer. */
import { createElement, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { flushSync } from 'react-dom';
import Select from 'react-select';

const styles = { control: (base, { selectProps }) => ({ ...base, background: selectProps.value.color }) };
const optionOf = ({ id, name, color }) => ({ value: id, label: name, color });

let statuses;
let root;
let setOptions;

export function prepare(data) {
  statuses = data.statuses;
}

function Inbox({ rows }) {
  const [options, set] = useState(() => statuses.map(optionOf));
  setOptions = set;
  const byId = new Map(options.map((option) => [option.value, option]));
  return rows.map(({ conversationId, statusId }) =>
    createElement(
      'div',
      { key: conversationId },
      createElement(Select, { options, value: byId.get(statusId), styles, isSearchable: false }),
    ),
  );
}

export function mount(main, rows) {
  root = createRoot(main);
  flushSync(() => root.render(createElement(Inbox, { rows })));
}

export const unmount = () => root.unmount();
export const isReady = () => true;
export const shown = (select) => select.querySelector('[class*=singleValue]').textContent;
export const isOpen = (select) => select.querySelector('[role=listbox]') !== null;

export function rename(status) {
  setOptions((options) => options.map((option) => (option.value === status.id ? optionOf(status) : option)));
}
