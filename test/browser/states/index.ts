/** Every element in every state by name, for the accessibility tests and `npm run screenshots`. */
import { filter } from './filter.js';
import { picker } from './picker.js';
import { provider } from './provider.js';
import { settings } from './settings.js';
import type { State } from './helpers.js';

export { settle, type State } from './helpers.js';

export const STATES: Record<string, Record<string, State>> = { settings, picker, filter, provider };
