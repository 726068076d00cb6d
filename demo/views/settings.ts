import type { View } from './view.js';
import { h } from '../app/h.js';
import { words } from '../app/i18n.js';

export function createSettings(): View {
  const t = words();
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
          h('div', { class: 'settings-main' }, h('pipeline-settings')),
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
