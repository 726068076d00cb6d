/** The signed-out page. */
import { h } from '../app/h.js';
import { icon } from '../app/icons.js';
import { words } from '../app/i18n.js';
import { USERS, signIn, type User } from '../app/session.js';
import type { Shell } from './shell.js';
import { userBadge } from './user-badge.js';

export function createSignIn(): Shell {
  const t = words();
  const problem = h('p', { class: 'account-problem', role: 'alert' });
  const heading = h('h1', { id: 'sign-in', tabindex: -1 }, t.signedOut);

  async function choose(user: User): Promise<void> {
    problem.textContent = '';
    try {
      await signIn(user);
    } catch (error) {
      console.warn('Signing in failed', error);
      problem.textContent = t.accountProblem;
    }
  }

  const main = h(
    'main',
    { class: 'sign-in', id: 'main', 'aria-labelledby': 'sign-in' },
    h(
      'div',
      { class: 'sign-in-card' },
      h('span', { class: 'brand' }, icon('mark', 'Selasar')),
      heading,
      h('p', { class: 'lead' }, t.signInLead),
      h(
        'ul',
        { class: 'sign-in-users', 'aria-label': t.signInAsWho },
        ...USERS.map((user) =>
          h(
            'li',
            {},
            h(
              'button',
              { class: 'account-item', type: 'button', click: () => void choose(user) },
              userBadge(user),
              h('span', { class: 'account-name' }, t.users[user]),
              h('span', { class: 'account-role' }, t.roles[user]),
            ),
          ),
        ),
      ),
      problem,
    ),
  );
  return {
    elements: [main],
    show() {
      document.title = `${t.signedOut} · Selasar`;
      heading.focus();
    },
    stop: () => undefined,
  };
}
