/** Every element in every state by name: what the accessibility tests drive, and what `npm run screenshots` shows. */
import { filter } from './filter.js';
import { picker } from './picker.js';
import { provider } from './provider.js';
import { settings } from './settings.js';
import type { State } from './stage.js';

export { settle, type State } from './stage.js';

export const STATES: Record<string, Record<string, State>> = { settings, picker, filter, provider };
