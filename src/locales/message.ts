/** The type of a translated text. */

/** One text, or one for each plural form as `Intl.PluralRules` names them; every language has `other`. */
export type Message = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);
