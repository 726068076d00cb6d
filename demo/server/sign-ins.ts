// Keeps the demo's sign-ins in memory, identified by random cookies. For the demo only: there are no passwords, and a
// restart signs everyone out.
import { randomBytes } from 'node:crypto';

export interface DemoUser {
  user: string;
  roles: readonly string[];
}

/** The users who can sign in. */
const USERS: readonly DemoUser[] = [
  { user: 'agent-1', roles: ['agent'] },
  { user: 'agent-2', roles: ['agent'] },
  { user: 'manager', roles: ['manager'] },
];

export const DEMO_USERS = USERS.map(({ user }) => user);

const COOKIE = 'pipeline-demo-session';
/** Above this limit, the oldest sign-in is removed. */
const MAX_SIGN_INS = 1000;
const LIFETIME_MS = 12 * 60 * 60 * 1000;

export class SignIns {
  readonly #signIns = new Map<string, { user: DemoUser; until: number }>();
  readonly #guest: DemoUser | undefined;

  /** @param guest the user of requests without a sign-in; by default they have none. */
  constructor(guest?: string) {
    this.#guest = USERS.find((each) => each.user === guest);
  }

  /** The user who sent a request; `undefined` if not signed in. */
  userOf(request: Request): DemoUser | undefined {
    const id = idOf(request);
    const signIn = id === undefined ? undefined : this.#signIns.get(id);
    if (signIn && signIn.until > Date.now()) return signIn.user;
    if (id !== undefined) this.#signIns.delete(id);
    return this.#guest;
  }

  /** Returns the user and the `Set-Cookie` value; `undefined` for an unknown user. */
  signIn(request: Request, name: unknown): { user: DemoUser; cookie: string } | undefined {
    const user = USERS.find((each) => each.user === name);
    if (!user) return undefined;
    // Always a new id, to prevent session fixation.
    this.signOut(request);
    const id = randomBytes(32).toString('base64url');
    this.#signIns.set(id, { user, until: Date.now() + LIFETIME_MS });
    if (this.#signIns.size > MAX_SIGN_INS) this.#signIns.delete(this.#signIns.keys().next().value!);
    return { user, cookie: cookieOf(id, LIFETIME_MS / 1000) };
  }

  /** Returns the `Set-Cookie` value that removes the cookie. Idempotent. */
  signOut(request: Request): string {
    const id = idOf(request);
    if (id !== undefined) this.#signIns.delete(id);
    return cookieOf('', 0);
  }
}

const cookieOf = (value: string, seconds: number): string =>
  `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax`;

/** The session id in the cookie, if it is well-formed. */
function idOf({ headers }: Request): string | undefined {
  for (const part of (headers.get('cookie') ?? '').split(';')) {
    const [name, value = ''] = part.trim().split('=');
    if (name === COOKIE && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}
