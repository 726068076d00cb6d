/** Lists the columns with the content of a status. A migration in schema.sql.ts adds each new one. */
import { STATUS_FIELDS, type StatusContent } from '../../src/model/status.js';

const TYPES: Record<keyof StatusContent, string> = { name: 'text', color: 'text' };

const columnOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export const CONTENT_COLUMNS = STATUS_FIELDS.map((field) => ({ field, column: columnOf(field), type: TYPES[field] }));
