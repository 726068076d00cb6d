// Defines what each role may do, for the checks in the routes and the `can` field of the status list.
import { PipelineError } from '../../src/model/errors.js';
import type { Caller } from './access.js';

/** `host`: the app's own back end. `manager`: edits and sets statuses. `agent`: sets statuses. All of them may read. */
export const ROLES = ['host', 'manager', 'agent'] as const;
export type Role = (typeof ROLES)[number];

const STATUS_ACTIONS = ['create', 'update', 'move', 'delete', 'restore'] as const;
const ACTIONS = [...STATUS_ACTIONS, 'set', 'forget', 'tell'] as const;
/** Actions that can be denied to a caller, apart from reading. */
export type Action = (typeof ACTIONS)[number];

const GRANTS: Record<Role, ReadonlySet<Action>> = {
  host: new Set(ACTIONS),
  manager: new Set([...STATUS_ACTIONS, 'set']),
  agent: new Set(['set']),
};

const REFUSALS: Record<Action, string> = {
  create: 'Only managers may add statuses.',
  update: 'Only managers may change statuses.',
  move: 'Only managers may reorder statuses.',
  delete: 'Only managers may delete statuses.',
  restore: 'Only managers may restore statuses.',
  set: 'Your role does not allow setting a status.',
  forget: 'Only the host may delete the data of conversations.',
  tell: 'Only the host may register conversations.',
};

/** The caller's known roles, sorted. Unknown roles grant nothing. */
export const knownRoles = ({ roles }: Caller): Role[] => ROLES.filter((role) => roles.includes(role));

export const mayRead = (caller: Caller): boolean => knownRoles(caller).length > 0;

const isGranted = (caller: Caller, action: Action): boolean =>
  knownRoles(caller).some((role) => GRANTS[role].has(action));

/** Throws `forbidden`, with a message for the user, unless one of the caller's roles allows the action. */
export function checkMay(caller: Caller, action: Action): void {
  if (!isGranted(caller, action)) throw new PipelineError('forbidden', REFUSALS[action]);
}

/** Throws `forbidden` for a caller without any known role. */
export function checkMayRead(caller: Caller): void {
  if (!mayRead(caller)) throw new PipelineError('forbidden', 'Your role does not allow reading this pipeline.');
}

/** Maps each action to `true`, or to the reason why the caller may not perform it. */
export function permissionsOf(caller: Caller): Record<Action, true | string> {
  const answer = (action: Action): true | string => (isGranted(caller, action) ? true : REFUSALS[action]);
  return Object.fromEntries(ACTIONS.map((action) => [action, answer(action)])) as Record<Action, true | string>;
}
