/** The display menu. */
import { h } from '../app/h.js';
import { icon } from '../app/icons.js';
import { locale, setLocale, words } from '../app/i18n.js';
import { setTheme, theme } from '../app/theme.js';

/** Theme and language: a button in the navigation and its popover. */
export function createDisplayMenu(): HTMLElement[] {
  const t = words();
  return [
    h(
      'button',
      { class: 'nav-item', type: 'button', popovertarget: 'display' },
      icon('display'),
      h('span', {}, t.display),
    ),
    h(
      'div',
      { class: 'display', id: 'display', popover: 'auto' },
      choices('theme', t.theme, t.themes, theme(), setTheme),
      choices('language', t.language, { en: 'English', id: 'Bahasa Indonesia' }, locale(), setLocale),
    ),
  ];
}

/** A choice: native radio buttons that look like a segmented control. */
function choices<Key extends string>(
  name: string,
  legend: string,
  options: Record<Key, string>,
  current: Key,
  choose: (key: Key) => void,
): HTMLElement {
  const option = (key: Key) =>
    h(
      'label',
      {},
      h('input', { type: 'radio', name, value: key, checked: key === current, change: () => choose(key) }),
      h('span', {}, options[key]),
    );
  return h(
    'fieldset',
    { class: 'choices' },
    h('legend', {}, legend),
    h('div', { class: 'segments' }, ...(Object.keys(options) as Key[]).map(option)),
  );
}
