/** The messages of the elements: finds an element's language and translates message keys. */
import { pill } from '../locales/en/closed.js';
import type { Message, MessageKey, Messages } from '../locales/en.js';
import { onPolicyRefused } from './trusted-types.js';

/** Messages of a locale, or how to get them. */
export type LocaleSource = Messages | (() => Promise<Messages | { default: Messages }>);

type PartialMessages = Partial<Messages>;

/** The English messages that are loaded: the fallback for those that another language lacks. */
const english: PartialMessages = { ...pill };
const languages = new Map<string, PartialMessages | Exclude<LocaleSource, Messages>>([
  ['en', english],
  ['id', () => import('../locales/id.js')],
]);
const controllers = new Set<LocalizeController>();

function refreshAll(): void {
  for (const controller of controllers) controller.refresh();
}

onPolicyRefused(() => {
  for (const controller of controllers) controller.update();
});

/** Adds the English messages of a part that is loaded late. */
export function learn(messages: PartialMessages): void {
  Object.assign(english, messages);
}

/** Registers a language: its messages, or a function that loads them on first use. */
export function registerLocale(tag: string, source: LocaleSource): void {
  const key = canonical(tag);
  if (!key) return;
  languages.set(key, source);
  refreshAll();
}

/** Limits the look-up of a tag's parts, one by one, which a very long tag would make slow. */
const MAX_TAG_LENGTH = 255;
const canonicalTags = new Map<string, string | undefined>();

/** `in_ID` → `id-ID`; `undefined` for an invalid tag. Cached: the elements of a page use the same few tags. */
function canonical(tag: string): string | undefined {
  if (!canonicalTags.has(tag)) {
    let found: string | undefined;
    try {
      if (tag.length <= MAX_TAG_LENGTH) found = Intl.getCanonicalLocales(tag.trim().replace(/_/g, '-'))[0];
    } catch {
      // Invalid: reported below.
    }
    if (found === undefined) {
      const start = tag.slice(0, MAX_TAG_LENGTH);
      console.warn(`pipeline-elements: "${start}" is not a language tag, write one like "pt-BR".`);
    }
    canonicalTags.set(tag, found);
  }
  return canonicalTags.get(tag);
}

/** `id-ID-x-y` → `id-ID-x`, `id-ID`, `id`. */
function* fallbacks(tag: string): Iterable<string> {
  for (let rest = tag; rest; rest = rest.slice(0, Math.max(0, rest.lastIndexOf('-')))) yield rest;
}

/** The messages for a tag; English for unknown languages. If they are not loaded, starts to and returns `undefined`. */
function messagesFor(tag: string): PartialMessages | undefined {
  for (const candidate of fallbacks(tag)) {
    const messages = languages.get(candidate);
    if (!messages) continue;
    if (typeof messages !== 'function') return messages;
    void load(candidate, messages);
    return undefined;
  }
  return english;
}

const loading = new Set<LocaleSource>();

async function load(tag: string, source: Exclude<LocaleSource, Messages>): Promise<void> {
  if (loading.has(source)) return;
  loading.add(source);
  try {
    const found = await source();
    const messages = 'default' in found ? found.default : found;
    // Others may have been registered in the meantime.
    if (languages.get(tag) === source) languages.set(tag, messages);
    refreshAll();
  } catch (error) {
    // The elements keep their language; the next one that needs this language tries again.
    console.warn(`pipeline-elements: the messages for "${tag}" could not be loaded.`, error);
  }
  loading.delete(source);
}

/** Created on first use, as each takes about a millisecond. */
class Formats {
  readonly #tag: string;
  #plural: Intl.PluralRules | undefined;
  #number: Intl.NumberFormat | undefined;

  constructor(tag: string) {
    this.#tag = tag;
  }

  get plural(): Intl.PluralRules {
    return (this.#plural ??= new Intl.PluralRules(this.#tag));
  }

  get number(): Intl.NumberFormat {
    return (this.#number ??= new Intl.NumberFormat(this.#tag));
  }
}

const formatsByTag = new Map<string, Formats>();

function formatsFor(tag: string): Formats {
  let formats = formatsByTag.get(tag);
  if (!formats) formatsByTag.set(tag, (formats = new Formats(tag)));
  return formats;
}

/** One for the page: observes changes of the language anywhere above an element, in shadow roots too. */
let observer: MutationObserver | undefined;
const observed = new WeakSet<Node>();

function observe(root: Node): void {
  if (observed.has(root)) return;
  observed.add(root);
  observer ??= new MutationObserver(refreshAll);
  observer.observe(root, { subtree: true, attributes: true, attributeFilter: ['lang', 'dir', 'locale'] });
}

/**
 * The language around an element: that of a provider at any distance, or else of the closest `lang` attribute.
 * `closest()` stops at a shadow root, so the search continues from its host.
 */
function languageAround(element: Element): string | undefined {
  let lang: string | null | undefined;
  for (let node: Element | undefined = element; node;) {
    const root = node.getRootNode();
    observe(root);
    const provider = node.closest('pipeline-provider[locale]:not([locale=""])');
    if (provider) return provider.getAttribute('locale')!;
    lang ??= node.closest('[lang]:not([lang=""])')?.getAttribute('lang');
    node = (root as Partial<ShadowRoot>).host;
  }
  return lang ?? undefined;
}

type Host = Element & { locale?: string | null; strings?: PartialMessages | null; requestUpdate(): void };

export type Values = Record<string, string | number>;

/** Translates a message key. */
export type Translate = (key: MessageKey, values?: Values) => string;

/** Translates for one element: with its `strings` first, then in its `locale` or the language around it. */
export class LocalizeController {
  readonly #host: Host;
  #tag = 'en';
  #stringsTag = 'en';
  #messages = english;

  constructor(host: Host) {
    this.#host = host;
  }

  connect(): void {
    controllers.add(this);
    this.refresh();
  }

  disconnect(): void {
    controllers.delete(this);
  }

  /** Requests an update of the element. */
  update(): void {
    this.#host.requestUpdate();
  }

  /** The language tag of the messages, for `Intl`. */
  get tag(): string {
    return this.#tag;
  }

  get formats(): Formats {
    return formatsFor(this.#tag);
  }

  /** Determines language and messages again. Until a language is loaded, the element keeps the previous one. */
  refresh(): void {
    const wanted = this.#host.locale || languageAround(this.#host) || navigator.language || 'en';
    const tag = canonical(wanted) ?? 'en';
    const messages = messagesFor(tag);
    if (!messages) return;
    // In a language without messages the messages are English, and so are the plural rules.
    const messagesTag = messages === english && !tag.startsWith('en') ? 'en' : tag;
    if (messages === this.#messages && messagesTag === this.#tag && tag === this.#stringsTag) return;
    this.#messages = messages;
    this.#tag = messagesTag;
    this.#stringsTag = tag;
    this.#host.requestUpdate();
  }

  /**
   * The text for a key with `{placeholders}` filled in; `n` chooses the plural form and is written as a number. Bound,
   * so that it can be passed on.
   */
  readonly text: Translate = (key, values = {}) =>
    fill(own(this.#host.strings, key), this.#stringsTag, values) ??
    fill(own(this.#messages, key), this.#tag, values) ??
    fill(own(english, key), 'en', values) ??
    key;
}

/** An own property of an object: inherited ones such as `constructor` are `undefined`. */
export function own<T extends object, K extends keyof T>(object: T | null | undefined, key: K): T[K] | undefined {
  return object != null && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Fills in the values; `undefined` if the message is missing or invalid. */
function fill(message: Message | undefined, tag: string, values: Values): string | undefined {
  const pattern = typeof message === 'object' && message !== null ? pluralOf(message, tag, values) : message;
  if (typeof pattern !== 'string') return undefined;
  if (!pattern.includes('{')) return pattern;
  return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = own(values, name);
    return value === undefined ? whole : typeof value === 'number' ? formatsFor(tag).number.format(value) : value;
  });
}

function pluralOf(message: Exclude<Message, string>, tag: string, values: Values): string | undefined {
  return own(message, formatsFor(tag).plural.select(Number(values['n'] ?? 0))) ?? own(message, 'other');
}
