// Who is signed in to the demo: random cookies, and whose they are, in memory. For the demo only: nobody proves who
// they are here, and a restart signs everybody out.
import { randomBytes } from 'node:crypto';

export interface DemoUser {
  user: string;
  roles: readonly string[];
}

/** Everybody who can sign in. */
const USERS: readonly DemoUser[] = [
  { user: 'agent-1', roles: ['agent'] },
  { user: 'agent-2', roles: ['agent'] },
  { user: 'manager', roles: ['manager'] },
];

export const DEMO_USERS = USERS.map(({ user }) => user);

const COOKIE = 'pipeline-demo-session';
/** More than that at once, and who signed in first is signed out. */
const MAX_SIGN_INS = 1000;
const LIFETIME_MS = 12 * 60 * 60 * 1000;

export class SignIns {
  readonly #signIns = new Map<string, { user: DemoUser; until: number }>();
  readonly #guest: DemoUser | undefined;

  /** `guest`: the name of the user that everybody is who has not signed in; by default nobody. */
  constructor(guest?: string) {
    this.#guest = USERS.find((each) => each.user === guest);
  }

  /** Who sends this request; `undefined`: nobody who is known. */
  userOf(request: Request): DemoUser | undefined {
    const id = idOf(request);
    const held = id === undefined ? undefined : this.#signIns.get(id);
    if (held && held.until > Date.now()) return held.user;
    if (id !== undefined) this.#signIns.delete(id);
    return this.#guest;
  }

  /** Returns the user and the `Set-Cookie` for them; `undefined` for a name that nobody has. */
  signIn(request: Request, name: unknown): { user: DemoUser; cookie: string } | undefined {
    const user = USERS.find((each) => each.user === name);
    if (!user) return undefined;
    // A new id each time, so that nobody keeps one that was planted before.
    this.signOut(request);
    const id = randomBytes(32).toString('base64url');
    this.#signIns.set(id, { user, until: Date.now() + LIFETIME_MS });
    if (this.#signIns.size > MAX_SIGN_INS) this.#signIns.delete(this.#signIns.keys().next().value!);
    return { user, cookie: cookieOf(id, LIFETIME_MS / 1000) };
  }

  /** Returns the `Set-Cookie` that takes the cookie away. Idempotent. */
  signOut(request: Request): string {
    const id = idOf(request);
    if (id !== undefined) this.#signIns.delete(id);
    return cookieOf('', 0);
  }
}

const cookieOf = (value: string, seconds: number): string =>
  `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax`;

/** The id in the cookie, when it can be one. */
function idOf({ headers }: Request): string | undefined {
  for (const part of (headers.get('cookie') ?? '').split(';')) {
    const [name, value = ''] = part.trim().split('=');
    if (name === COOKIE && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}
