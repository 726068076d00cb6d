/** Opaque key of a status, a conversation or a contact: 1–256 characters, see `parseId`. */
export type Id = string;
