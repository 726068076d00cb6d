import { createHash } from 'node:crypto';

/** SHA-256, as 43 characters that fit into anything. */
export const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
