/** The example inboxes. */
import type { Inbox } from './types.js';

export const melatiWhatsApp: Inbox = { name: 'Toko Melati', channel: 'whatsapp' };
export const melatiInstagram: Inbox = { name: 'Toko Melati', channel: 'instagram' };
export const kopiWhatsApp: Inbox = { name: 'Kopi Nusa', channel: 'whatsapp' };
export const kopiWeb: Inbox = { name: 'Kopi Nusa', channel: 'web' };
export const kiranaInstagram: Inbox = { name: 'Kirana Studio', channel: 'instagram' };
export const kiranaWeb: Inbox = { name: 'Kirana Studio', channel: 'web' };
export const senjaWhatsApp: Inbox = { name: 'Lampu Senja', channel: 'whatsapp' };
export const senjaWeb: Inbox = { name: 'Lampu Senja', channel: 'web' };
