/** The account button in the navigation, with a menu to switch users or sign out. */
import { h } from '../app/h.js';
import { icon } from '../app/icons.js';
import { words } from '../app/i18n.js';
import { USERS, currentUser, followSession, signIn, signOut, type User } from '../app/session.js';
import { userBadge } from './user-badge.js';

export function createAccountMenu(signal: AbortSignal): HTMLElement[] {
  const t = words();
  const name = h('span');
  const face = h('span', { class: 'account-face' });
  const button = h(
    'button',
    { class: 'nav-item account', type: 'button', popovertarget: 'account', 'aria-haspopup': 'menu' },
    face,
    name,
  );
  const problem = h('p', { class: 'account-problem', role: 'alert' });
  const status = h('span', { class: 'hidden-text', role: 'status' });

  /** Performs an action and shows an error if it fails. */
  async function act(doIt: () => Promise<void>): Promise<void> {
    problem.textContent = '';
    button.setAttribute('aria-busy', 'true');
    try {
      await doIt();
      menu.hidePopover();
    } catch (error) {
      console.warn('The account could not be changed', error);
      problem.textContent = t.accountProblem;
    }
    button.removeAttribute('aria-busy');
  }

  const options = USERS.map((user) => ({
    user,
    element: h(
      'button',
      { class: 'account-item', type: 'button', role: 'menuitemradio', tabindex: -1, click: () => choose(user) },
      userBadge(user),
      h('span', { class: 'account-name' }, t.users[user]),
      h('span', { class: 'account-role' }, t.roles[user]),
      icon('check'),
    ),
  }));
  const leave = h(
    'button',
    { class: 'account-item', type: 'button', role: 'menuitem', tabindex: -1, click: () => void act(signOut) },
    icon('leave'),
    h('span', { class: 'account-name' }, t.signOut),
  );
  const items = [...options.map(({ element }) => element), leave];
  const menu = h(
    'div',
    { class: 'display account-menu', id: 'account', popover: 'auto', toggle: handleToggle, keydown: handleKeyDown },
    h('p', { class: 'account-title', id: 'account-title' }, t.signedInAsWho),
    h(
      'div',
      { role: 'menu', 'aria-labelledby': 'account-title' },
      ...options.map(({ element }) => element),
      h('div', { class: 'account-line', role: 'separator' }),
      leave,
    ),
    problem,
  );

  function choose(user: User): void {
    if (user === currentUser()) menu.hidePopover();
    else void act(() => signIn(user));
  }

  function handleToggle({ newState }: ToggleEvent): void {
    if (newState !== 'open') return;
    problem.textContent = '';
    (options.find(({ user }) => user === currentUser())?.element ?? items[0]!).focus();
  }

  function handleKeyDown(event: KeyboardEvent): void {
    const at = items.findIndex((item) => item === document.activeElement);
    const { length } = items;
    const next: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1 + length, Home: 0, End: length - 1 };
    const to = Object.hasOwn(next, event.key) ? next[event.key] : undefined;
    if (event.key === 'Tab') menu.hidePopover();
    if (to === undefined) return;
    event.preventDefault();
    items[to % length]!.focus();
  }

  function show(): void {
    const user = currentUser();
    for (const option of options) option.element.setAttribute('aria-checked', String(option.user === user));
    // After signing out, the whole page is replaced.
    if (!user) return;
    name.textContent = t.users[user];
    button.setAttribute('aria-label', t.signedInAs(t.users[user]));
    face.replaceChildren(userBadge(user));
  }

  show();
  followSession(() => {
    show();
    const user = currentUser();
    if (user) status.textContent = t.signedInAs(t.users[user]);
  }, signal);
  return [button, menu, status];
}
