/** Manages the demo's sign-in. Without a server there is no sign-in. */
import type { PipelineErrorEvent } from 'pipeline-elements';

export const USERS = ['agent-1', 'agent-2', 'manager'] as const;
export type User = (typeof USERS)[number];

/** The user who is signed in if there is no session, so that the demo works immediately. */
const FIRST: User = 'manager';
const ADDRESS = '/session';

/** `none`: this inbox has no sessions. `out`: no one is signed in. */
type State = { kind: 'none' } | { kind: 'out' } | { kind: 'in'; user: User; roles: readonly string[] };

let state: State = { kind: 'none' };
const changes = new EventTarget();
/** Notifies the other tabs of this browser, which share the cookie. */
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('inbox-session') : undefined;

export const hasSessions = (): boolean => state.kind !== 'none';

/** `undefined`: signed out, or there are no sessions. */
export const currentUser = (): User | undefined => (state.kind === 'in' ? state.user : undefined);

/** Whether the user may change the pipeline itself. Without sessions everyone may. */
export const canManage = (): boolean =>
  state.kind === 'none' || (state.kind === 'in' && state.roles.includes('manager'));

export function followSession(listener: () => void, signal?: AbortSignal): void {
  changes.addEventListener('change', listener, signal ? { signal } : {});
}

/** Loads the current user, and signs in if there is none. Rejects if the server cannot be reached. */
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

/** Signs in, replacing the current user. Rejects if the server rejects it or cannot be reached. */
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
    // While offline, the last known user is kept.
  }
}

async function send(init: RequestInit): Promise<void> {
  const response = await fetch(ADDRESS, init);
  if (!response.ok) throw new Error(`The server responded with ${response.status}`);
}

/** `undefined`: no one is signed in. */
async function read(): Promise<State | undefined> {
  const response = await fetch(ADDRESS, { headers: { Accept: 'application/json' } });
  if (response.status === 401) return undefined;
  if (response.status === 404) return { kind: 'none' };
  if (!response.ok) throw new Error(`The server responded with ${response.status}`);
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
