/** The settings page. */
import type { View } from './view.js';
import { h } from '../app/h.js';
import { icon } from '../app/icons.js';
import { words } from '../app/i18n.js';
import { canManage, followSession } from '../app/session.js';

export function createSettings(signal: AbortSignal): View {
  const t = words();
  const settings = h('pipeline-settings');
  const note = h('p', { class: 'note' }, icon('lock'), h('span', {}, t.onlyManagers));

  /** The server rejects what an agent may not do, so the page does not offer it. */
  function followRole(): void {
    settings.toggleAttribute('readonly', !canManage());
    note.hidden = canManage();
  }

  followRole();
  followSession(followRole, signal);
  return {
    element: h(
      'section',
      { class: 'page page-settings' },
      h(
        'div',
        { class: 'scroll' },
        h(
          'div',
          { class: 'settings' },
          h(
            'header',
            { class: 'settings-head' },
            h('p', { class: 'eyebrow' }, t.settings),
            h('h1', {}, t.pipelineManagement),
            h('p', { class: 'lead' }, t.pipelineLead),
          ),
          h('div', { class: 'settings-main' }, note, settings),
          h(
            'div',
            { class: 'settings-side' },
            h('h2', {}, t.whereTitle),
            h('dl', {}, ...t.where.map(([title, text]) => h('div', {}, h('dt', {}, title), h('dd', {}, text)))),
            h('h2', {}, t.goodToKnow),
            h('p', {}, t.goodToKnowText),
          ),
        ),
      ),
    ),
    title: () => t.settings,
    show: () => {},
  };
}
