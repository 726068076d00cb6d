/** The example conversations of all inboxes. */
import { kiranaStudioTalks } from './kirana-studio.js';
import { kopiNusaTalks } from './kopi-nusa.js';
import { lampuSenjaTalks } from './lampu-senja.js';
import { melatiInstagramTalks } from './melati-instagram.js';
import { melatiWhatsAppTalks } from './melati-whatsapp.js';
import type { ConversationSeed } from './types.js';

export const seeds: readonly ConversationSeed[] = [
  ...melatiWhatsAppTalks,
  ...melatiInstagramTalks,
  ...kopiNusaTalks,
  ...kiranaStudioTalks,
  ...lampuSenjaTalks,
];
