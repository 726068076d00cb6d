/** Who is signed in on the server of the demo. An inbox without a server has nobody to sign in. */
import type { PipelineErrorEvent } from 'pipeline-elements';

export const USERS = ['agent-1', 'agent-2', 'manager'] as const;
export type User = (typeof USERS)[number];

/** Who is signed in where a page is opened without a session: the demo works at once. */
const FIRST: User = 'manager';
const ADDRESS = '/session';

/** `none`: this inbox has no sessions. `out`: nobody is signed in. */
type State = { kind: 'none' } | { kind: 'out' } | { kind: 'in'; user: User; roles: readonly string[] };

let state: State = { kind: 'none' };
const changes = new EventTarget();
/** Tells the other tabs of this browser, which have the same cookie. */
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('inbox-session') : undefined;

export const hasSessions = (): boolean => state.kind !== 'none';

/** `undefined`: signed out, or there are no sessions. */
export const currentUser = (): User | undefined => (state.kind === 'in' ? state.user : undefined);

/** Whether the user may change the pipeline itself; without sessions everyone may. */
export const canManage = (): boolean =>
  state.kind === 'none' || (state.kind === 'in' && state.roles.includes('manager'));

export function followSession(listener: () => void, signal?: AbortSignal): void {
  changes.addEventListener('change', listener, signal ? { signal } : {});
}

/** Finds out who is signed in, and signs in where nobody is. Rejects when the server cannot be reached. */
export async function startSession(): Promise<void> {
  state = { kind: 'out' };
  const found = await read();
  if (found) set(found);
  else await signIn(FIRST);
  channel?.addEventListener('message', () => void refresh());
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void refresh());
  document.addEventListener('pipeline-error', (event) => {
    const { code } = (event as PipelineErrorEvent).error;
    if (code === 'auth' || code === 'session-changed') void refresh();
  });
}

/** Signs in, also over another user. Rejects when the server refuses or cannot be reached. */
export async function signIn(user: User): Promise<void> {
  await send({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ user }) });
  set((await read()) ?? { kind: 'out' });
  channel?.postMessage('changed');
}

export async function signOut(): Promise<void> {
  await send({ method: 'DELETE' });
  set({ kind: 'out' });
  channel?.postMessage('changed');
}

async function refresh(): Promise<void> {
  try {
    set((await read()) ?? { kind: 'out' });
  } catch {
    // Offline: what was known last holds until it is asked again.
  }
}

async function send(init: RequestInit): Promise<void> {
  const response = await fetch(ADDRESS, init);
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
}

/** `undefined`: nobody is signed in. */
async function read(): Promise<State | undefined> {
  const response = await fetch(ADDRESS, { headers: { Accept: 'application/json' } });
  if (response.status === 401) return undefined;
  if (response.status === 404) return { kind: 'none' };
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
  const { user, roles } = (await response.json()) as { user?: unknown; roles?: unknown };
  const known = USERS.find((each) => each === user);
  if (!known) return undefined;
  return { kind: 'in', user: known, roles: Array.isArray(roles) ? roles.map(String) : [] };
}

function set(next: State): void {
  const isSame = JSON.stringify(next) === JSON.stringify(state);
  state = next;
  if (!isSame) changes.dispatchEvent(new Event('change'));
}
