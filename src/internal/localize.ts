import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { inbox } from '../locales/en/inbox.js';
import type { Message, MessageKey, Messages } from '../locales/en.js';

/** Messages of a locale, or how to get them. */
export type LocaleSource = Messages | (() => Promise<Messages | { default: Messages }>);

type Words = Partial<Messages>;

/** What there is in English, for whatever another language lacks. */
const english: Words = { ...inbox };
const loaded = new Map<string, Words>([['en', english]]);
const sources = new Map<string, LocaleSource>([['id', () => import('../locales/id.js')]]);
const controllers = new Set<LocalizeController>();

/** Adds the English words of an element that not every page has. */
export function learn(words: Words): void {
  Object.assign(english, words);
}

/** Adds a language: its messages, or a function that loads them when a page first needs them. */
export function registerLocale(tag: string, source: LocaleSource): void {
  const key = canonical(tag);
  if (!key) return console.warn(`pipeline-elements: "${tag}" is not a language tag, write one like "pt-BR".`);
  loaded.delete(key);
  sources.set(key, source);
  for (const controller of controllers) controller.refresh();
}

const canonicalTags = new Map<string, string | undefined>();

/** `in_ID` → `id-ID`; `undefined` for what is no tag. Every element of a page asks for the same few. */
function canonical(tag: string): string | undefined {
  if (!canonicalTags.has(tag)) {
    let found: string | undefined;
    try {
      found = Intl.getCanonicalLocales(tag.trim().replace(/_/g, '-'))[0];
    } catch {
      // Not a tag.
    }
    canonicalTags.set(tag, found);
  }
  return canonicalTags.get(tag);
}

/** `id-ID-x-y` → `id-ID-x`, `id-ID`, `id`. */
function* fallbacks(tag: string): Iterable<string> {
  for (let rest = tag; rest; rest = rest.slice(0, Math.max(0, rest.lastIndexOf('-')))) yield rest;
}

/** The messages for a tag if they are here; otherwise starts to load them. English when no such language is known. */
function messagesFor(tag: string): Words | undefined {
  for (const candidate of fallbacks(tag)) {
    const messages = loaded.get(candidate);
    if (messages) return messages;
    const source = sources.get(candidate);
    if (!source) continue;
    sources.delete(candidate);
    if (typeof source !== 'function') {
      loaded.set(candidate, source);
      return source;
    }
    source().then(
      (found) => {
        loaded.set(candidate, 'default' in found ? found.default : found);
        for (const controller of controllers) controller.refresh();
      },
      (error: unknown) => {
        // The words stay as they are; the next element that needs them tries again.
        sources.set(candidate, source);
        console.warn(`pipeline-elements: the messages for "${candidate}" could not be loaded.`, error);
      },
    );
    return undefined;
  }
  return english;
}

interface Formats {
  plural: Intl.PluralRules;
  number: Intl.NumberFormat;
  compact: Intl.NumberFormat;
  collator: Intl.Collator;
}

const formatsByTag = new Map<string, Formats>();

function formatsFor(tag: string): Formats {
  let formats = formatsByTag.get(tag);
  if (!formats) {
    formats = {
      plural: new Intl.PluralRules(tag),
      number: new Intl.NumberFormat(tag),
      compact: new Intl.NumberFormat(tag, { notation: 'compact', maximumFractionDigits: 1 }),
      collator: new Intl.Collator(tag, { usage: 'search', sensitivity: 'base' }),
    };
    formatsByTag.set(tag, formats);
  }
  return formats;
}

/** One observer for the page: it sees `lang` and `dir` change anywhere above an element, shadow roots included. */
const observed = new WeakSet<Node>();
let observer: MutationObserver | undefined;

function observe(root: Node): void {
  if (observed.has(root)) return;
  observed.add(root);
  observer ??= new MutationObserver(() => {
    for (const controller of controllers) controller.refresh();
  });
  observer.observe(root, { subtree: true, attributes: true, attributeFilter: ['lang', 'dir'] });
}

/** The language an element stands in. `closest()` stops at a shadow root, so the walk goes on from its host. */
function closestLang(element: Element): string | undefined {
  for (let node: Element | null = element; node;) {
    const holder: Element | null = node.closest('[lang]');
    if (holder?.getAttribute('lang')) return holder.getAttribute('lang') ?? undefined;
    const root = (holder?.parentNode ?? node).getRootNode();
    observe(root);
    node = holder ? holder.parentElement : ((root as Partial<ShadowRoot>).host ?? null);
    if (holder && !node) node = (root as Partial<ShadowRoot>).host ?? null;
  }
  return undefined;
}

type Host = ReactiveControllerHost & Element & { locale?: string | null; strings?: Words | null };

export type Values = Record<string, string | number>;

/** The words of one element: its own `strings`, in its own `locale` or the language it stands in. */
export class LocalizeController implements ReactiveController {
  readonly #host: Host;
  #tag = 'en';
  #messages = english;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    controllers.add(this);
    observe(this.#host.getRootNode());
    this.refresh();
  }

  hostDisconnected(): void {
    controllers.delete(this);
  }

  /** The tag in force, for `Intl`. */
  get tag(): string {
    return this.#tag;
  }

  get formats(): Formats {
    return formatsFor(this.#tag);
  }

  /** Finds language and messages again; until a language is loaded the words stay as they are. */
  refresh(): void {
    const wanted = this.#host.locale || closestLang(this.#host) || navigator.language;
    const tag = canonical(wanted || 'en') ?? 'en';
    const messages = messagesFor(tag);
    if (!messages) return;
    // A page in a language without messages gets English words, and English plurals with them.
    const inForce = messages === english && !tag.startsWith('en') ? 'en' : tag;
    if (messages === this.#messages && inForce === this.#tag) return;
    this.#messages = messages;
    this.#tag = inForce;
    this.#host.requestUpdate();
  }

  /** The text for a key with `{placeholders}` filled in; `n` chooses the plural form and is written as a number. */
  text(key: MessageKey, values: Values = {}): string {
    const message: Message = this.#host.strings?.[key] ?? this.#messages[key] ?? english[key] ?? key;
    let pattern: string;
    if (typeof message === 'string') pattern = message;
    else pattern = message[this.formats.plural.select(Number(values['n'] ?? 0))] ?? message.other;
    return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === 'number' ? this.formats.number.format(value) : value;
    });
  }
}
