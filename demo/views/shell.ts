/** The frame of the page. */
import type { Page } from '../app/router.js';
import type { View } from './view.js';
import { h } from '../app/h.js';
import { icon } from '../app/icons.js';
import { words } from '../app/i18n.js';
import { currentRoute, href } from '../app/router.js';
import { hasSessions } from '../app/session.js';
import { followWidth } from '../app/width.js';
import { createAccountMenu } from './account-menu.js';
import { createChats } from './chats.js';
import { createContacts } from './contacts.js';
import { createDisplayMenu } from './display-menu.js';
import { createSettings } from './settings.js';

export interface Shell {
  elements: HTMLElement[];
  /** Shows the page of the current URL. */
  show(): void;
  stop(): void;
}

/** The navigation, and one page at a time. */
export function createShell(): Shell {
  const t = words();
  const stopped = new AbortController();
  const { signal } = stopped;
  const views: Record<Page, () => View> = {
    chats: () => createChats(signal),
    contacts: createContacts,
    settings: () => createSettings(signal),
  };
  /** Pages are created when they are first shown. */
  const made = new Map<Page, View>();
  const links = (Object.keys(views) as Page[]).map((page) => ({
    page,
    element: h('a', { class: 'nav-item', href: href({ page }) }, icon(page), h('span', {}, t[page])),
  }));
  const main = h('main', { id: 'main', tabindex: -1 });

  function show(): void {
    const route = currentRoute();
    const view = made.get(route.page) ?? views[route.page]();
    made.set(route.page, view);
    for (const { page, element } of links) {
      if (page === route.page) element.setAttribute('aria-current', 'page');
      else element.removeAttribute('aria-current');
    }
    document.title = `${view.title(route)} · Selasar`;
    const arrived = view.element.parentElement !== main;
    if (arrived) main.replaceChildren(view.element);
    view.show(route, arrived);
  }

  addEventListener('hashchange', show, { signal });
  followWidth(show, signal);

  return {
    elements: [
      h('button', { class: 'skip', type: 'button', click: () => main.focus() }, t.skip),
      h(
        'nav',
        { class: 'nav', 'aria-label': t.mainNavigation },
        h('span', { class: 'brand' }, icon('mark', 'Selasar')),
        ...links.map(({ element }) => element),
        ...(hasSessions() ? createAccountMenu(signal) : []),
        ...createDisplayMenu(),
      ),
      main,
    ],
    show,
    stop: () => stopped.abort(),
  };
}
