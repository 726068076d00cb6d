/** Parses hash routes such as `#/chats`, `#/chats/<conversationId>/details`, `#/contacts` and `#/settings`. */

export type Page = 'chats' | 'contacts' | 'settings';

export interface Route {
  page: Page;
  conversationId?: string;
  details?: boolean;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function currentRoute(): Route {
  const [page, id, pane] = location.hash.replace(/^#\/?/, '').split('/');
  if (page === 'contacts' || page === 'settings') return { page };
  return id ? { page: 'chats', conversationId: decode(id), details: pane === 'details' } : { page: 'chats' };
}

export function href({ page, conversationId, details }: Route): string {
  if (!conversationId) return `#/${page}`;
  return `#/${page}/${encodeURIComponent(conversationId)}${details ? '/details' : ''}`;
}
