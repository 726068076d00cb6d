/** Tests of the language and the messages of an element. */
import { expect } from '@open-wc/testing';
import { LitElement, html, type PropertyValues, type TemplateResult } from 'lit';
import { until } from '../../test/support.js';
import '../elements/pipeline-provider/define.js';
import type { Messages } from '../locales/en.js';
import { inbox } from '../locales/en/inbox.js';
import { id } from '../locales/id.js';
import { LocalizeController, learn, registerLocale, type Values } from './localize.js';

/** An element with one message. */
class Word extends LitElement {
  static override properties = { locale: {}, strings: { attribute: false } };
  declare locale: string | null;
  declare strings: Partial<Messages> | null;
  readonly localize = new LocalizeController(this);
  readonly text = (key: keyof Messages, values?: Values): string => this.localize.text(key, values);

  override connectedCallback(): void {
    super.connectedCallback();
    this.localize.connect();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.localize.disconnect();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('locale')) this.localize.refresh();
  }

  protected override render(): TemplateResult {
    return html`${this.text('noStatus')}`;
  }
}
customElements.define('localize-word', Word);
learn(inbox);

const page = document.documentElement;
const says = (element: Word, words: string): Promise<boolean> =>
  until(
    () => element.shadowRoot?.textContent === words,
    `"${words}", it says "${element.shadowRoot?.textContent ?? ''}"`,
  );

/** Messages that contain the name of their table. */
const table = (tag: string): Messages => ({ ...id, noStatus: tag });
for (const tag of ['af', 'da', 'fr', 'nl', 'sv']) registerLocale(tag, table(tag));

/** A source that waits, and counts how often it was called. */
function slow(): { source: () => Promise<Messages>; answer(messages: Messages | Error): void; asked(): number } {
  const answers: ((messages: Messages | Error) => void)[] = [];
  const source = (): Promise<Messages> =>
    new Promise((resolve, reject) =>
      answers.push((messages) => (messages instanceof Error ? reject(messages) : resolve(messages))),
    );
  return { source, answer: (messages) => answers.at(-1)!(messages), asked: () => answers.length };
}

describe('messages of an element', () => {
  let box: HTMLElement;
  let pageLang: string | null;
  const { warn } = console;
  let warnings: string[];

  beforeEach(() => {
    pageLang = page.getAttribute('lang');
    page.lang = 'en';
    box = document.createElement('div');
    document.body.append(box);
    warnings = [];
    console.warn = (...args: unknown[]) => warnings.push(args.join(' '));
  });

  afterEach(() => {
    box.remove();
    console.warn = warn;
    if (pageLang === null) page.removeAttribute('lang');
    else page.lang = pageLang;
    Reflect.deleteProperty(navigator, 'language');
  });

  function word(parent: ParentNode = box): Word {
    const element = new Word();
    parent.append(element);
    return element;
  }

  const userSpeaks = (tag: string | undefined): unknown =>
    Object.defineProperty(navigator, 'language', { configurable: true, get: () => tag });

  describe('are in the language', () => {
    it('of the element, or else a provider, the closest lang, the page, the user, or English', async () => {
      userSpeaks('af');
      page.lang = 'nl';
      box.innerHTML = '<pipeline-provider locale="fr"><section lang="sv"><p></p></section></pipeline-provider>';
      const provider = box.querySelector('pipeline-provider')!;
      const element = word(box.querySelector('p')!.attachShadow({ mode: 'open' }));
      element.locale = 'da';
      await says(element, 'da');
      element.locale = null;
      await says(element, 'fr');
      provider.locale = null;
      await says(element, 'sv');
      box.querySelector('section')!.removeAttribute('lang');
      await says(element, 'nl');
      page.removeAttribute('lang');
      // The browser fires no event for this change: it takes effect the next time an element refreshes.
      await says(element, 'af');
      userSpeaks(undefined);
      page.lang = '';
      await says(element, 'No status');
    });

    it('of a provider whose property is set before or after its upgrade', async () => {
      const template = document.createElement('template');
      template.innerHTML = '<pipeline-provider></pipeline-provider>';
      const early = template.content.firstElementChild as HTMLElementTagNameMap['pipeline-provider'];
      early.locale = 'fr';
      const element = word(early);
      box.append(template.content);
      await says(element, 'fr');
      early.locale = 'sv';
      await says(element, 'sv');
    });

    it('of the closest lang through shadow roots, when it changes and when the element moves', async () => {
      const outer = box.attachShadow({ mode: 'open' });
      outer.innerHTML = '<div lang="fr"><p></p></div><aside lang="nl"></aside>';
      const inner = outer.querySelector('p')!.attachShadow({ mode: 'open' });
      inner.innerHTML = '<span></span>';
      const element = word(inner.querySelector('span')!);
      await says(element, 'fr');
      outer.querySelector('div')!.lang = 'da';
      await says(element, 'da');
      inner.querySelector('span')!.lang = 'sv';
      await says(element, 'sv');
      element.lang = 'af';
      await says(element, 'af');
      element.lang = '';
      await says(element, 'sv');
      outer.querySelector('aside')!.append(element);
      await says(element, 'nl');
    });

    it('of the tag in any spelling', async () => {
      const element = word();
      for (const tag of ['id', 'id-ID', 'id_ID', 'in-ID', 'IN_id', ' id ', 'id-ID-x-y']) {
        element.locale = tag;
        await says(element, 'Tanpa status');
        element.locale = 'en';
        await says(element, 'No status');
      }
    });

    it('English, with English numbers and plurals, if the language of the page is unknown', async () => {
      const element = word();
      element.locale = 'de-AT';
      await element.updateComplete;
      expect(element.text('conversationsShown', { n: 1234 })).to.equal('1,234 conversations shown');
    });

    it('English, with one warning, if the tag is invalid', async () => {
      const [one, other] = [word(), word()];
      one.locale = other.locale = 'not a tag';
      await says(one, 'No status');
      registerLocale('nor this', id);
      expect(warnings).to.have.length(2);
      expect(warnings[0]).to.include('"not a tag" is not a language tag, write one like "pt-BR"');
    });
  });

  it('are not delayed by a tag of 100,000 characters', async () => {
    const element = word();
    for (const tag of [`en-x${'-a'.repeat(50_000)}`, '-'.repeat(100_000), 'x'.repeat(100_000)]) {
      warnings = [];
      element.locale = tag;
      await says(element, 'No status');
      expect(warnings).to.have.length(1);
      expect(warnings[0]!.length).to.be.lessThan(500);
    }
  });

  it('update for every language of the page with one observer', async () => {
    const observers = new Set<MutationObserver>();
    const { observe } = MutationObserver.prototype;
    MutationObserver.prototype.observe = function (target, options) {
      if (options?.attributeFilter?.includes('lang')) observers.add(this);
      observe.call(this, target, options);
    };
    try {
      const words = Array.from({ length: 20 }, () => {
        const host = document.createElement('div');
        box.append(host);
        return word(host.attachShadow({ mode: 'open' }));
      });
      box.lang = 'fr';
      for (const element of words) await says(element, 'fr');
      for (const { parentNode } of words) (parentNode as ShadowRoot).host.setAttribute('lang', 'sv');
      for (const element of words) await says(element, 'sv');
    } finally {
      MutationObserver.prototype.observe = observe;
    }
    expect(observers.size).to.equal(1);
  });

  describe('in a lazily loaded language', () => {
    it('stay the same in every element until it is loaded, which happens once', async () => {
      const { source, answer, asked } = slow();
      registerLocale('tl', source);
      const elements = [word(), word(), word()];
      box.lang = 'fr';
      for (const element of elements) await says(element, 'fr');
      expect(asked()).to.equal(0);
      box.lang = 'tl';
      // Refreshed in the meantime for another reason.
      await until(() => asked());
      box.dir = 'ltr';
      registerLocale('af', table('af'));
      for (const element of elements) {
        element.requestUpdate();
        await element.updateComplete;
        expect(element.shadowRoot!.textContent).to.equal('fr');
      }
      answer(table('tl'));
      for (const element of elements) await says(element, 'tl');
      expect(asked()).to.equal(1);
    });

    it('stay the same when loading fails, and the next element retries', async () => {
      const { source, answer, asked } = slow();
      registerLocale('ms', source);
      const element = word();
      box.lang = 'fr';
      await says(element, 'fr');
      box.lang = 'ms';
      await until(() => asked() === 1);
      answer(new Error('offline'));
      await until(() => warnings.some((each) => each.includes('the messages for "ms" could not be loaded')));
      element.requestUpdate();
      await element.updateComplete;
      expect(element.shadowRoot!.textContent).to.equal('fr');
      const other = word();
      await until(() => asked() === 2);
      answer(table('ms'));
      await says(element, 'ms');
      await says(other, 'ms');
    });

    it('stay the same when the source throws or returns nothing', async () => {
      const broken: Record<string, () => Promise<Messages>> = {
        vi: () => {
          throw new Error('broken');
        },
        th: () => Promise.resolve(undefined as unknown as Messages),
      };
      const element = word();
      for (const [tag, source] of Object.entries(broken)) {
        registerLocale(tag, source);
        box.lang = tag;
        await until(() => warnings.some((each) => each.includes(`the messages for "${tag}" could not be loaded`)));
        await says(element, 'No status');
      }
    });

    it('are those that were registered last, even if the others arrive later', async () => {
      const { source, answer, asked } = slow();
      registerLocale('ko', source);
      const element = word();
      box.lang = 'ko';
      await until(() => asked());
      registerLocale('ko', table('new'));
      await says(element, 'new');
      answer(table('old'));
      await new Promise((resolve) => requestAnimationFrame(resolve));
      await says(element, 'new');
    });

    it('can be a module', async () => {
      registerLocale('jv', () => Promise.resolve({ default: table('jv') }));
      const element = word();
      box.lang = 'jv';
      await says(element, 'jv');
    });
  });

  describe('with a number', () => {
    const SIX = { zero: 'صفر', one: 'واحد', two: 'اثنان', few: 'قليل {n}', many: 'كثير {n}', other: 'آخر {n}' };

    it('use each of the six plural forms of Arabic, and format the number as in Arabic', async () => {
      registerLocale('ar', { ...id, conversationsShown: SIX, contactsShown: { one: SIX.one, other: SIX.other } });
      const element = word();
      element.locale = 'ar';
      await says(element, 'Tanpa status');
      const number = new Intl.NumberFormat('ar');
      const forms = { 0: SIX.zero, 1: SIX.one, 2: SIX.two, 3: SIX.few, 10: SIX.few, 11: SIX.many, 1100: SIX.other };
      for (const [n, form] of Object.entries(forms)) {
        const expected = form.replace('{n}', number.format(Number(n)));
        expect(element.text('conversationsShown', { n: Number(n) }), n).to.equal(expected);
      }
      // A missing plural form falls back to `other`.
      expect(element.text('contactsShown', { n: 2 })).to.equal(SIX.other.replace('{n}', number.format(2)));
    });

    it('have one plural form in Indonesian and two in English, with the separators of the language', async () => {
      const element = word();
      const shown = (n: number): string => element.text('conversationsShown', { n });
      expect([shown(0), shown(1), shown(1234)]).to.deep.equal([
        '0 conversations shown',
        '1 conversation shown',
        '1,234 conversations shown',
      ]);
      element.locale = 'id';
      await says(element, 'Tanpa status');
      expect([shown(0), shown(1), shown(1234)]).to.deep.equal([
        '0 percakapan ditampilkan',
        '1 percakapan ditampilkan',
        '1.234 percakapan ditampilkan',
      ]);
    });

    it('insert a name unchanged, whatever characters it has', () => {
      const name = '{n} $& {name} <b>';
      expect(word().text('conversations', { name, n: 2 })).to.equal(`${name}, 2 conversations`);
    });
  });

  describe('from the strings property', () => {
    it('replace some messages of this element only, and can be removed', async () => {
      const [element, other] = [word(), word()];
      element.strings = { noStatus: 'Not yet' };
      await says(element, 'Not yet');
      expect([element.text('retry'), other.text('noStatus')]).to.deep.equal(['Try again', 'No status']);
      element.locale = 'id';
      await until(() => element.text('retry') === 'Coba lagi');
      await says(element, 'Not yet');
      element.strings = null;
      await says(element, 'Tanpa status');
    });

    it('have the plurals of their language, even if the package has no messages for it', async () => {
      const element = word();
      element.locale = 'pl';
      const n = 22;
      element.strings = { conversationsShown: { one: '{n} rozmowa', few: '{n} rozmowy', other: '{n} rozmów' } };
      await element.updateComplete;
      expect(element.text('conversationsShown', { n })).to.equal('22 rozmowy');
      expect(element.text('contactsShown', { n })).to.equal('22 contacts shown');
    });

    it('keep placeholders without a value, including names of properties of every object', async () => {
      const element = word();
      const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf', 'nobody'];
      const pattern = names.map((name) => `{${name}}`).join(' ');
      element.strings = { noStatus: pattern };
      await says(element, pattern);
      for (const [key, values] of [
        ['conversationsShown', { n: 2 }],
        ['conversations', { name: 'Budi', n: 1 }],
      ] as const) {
        element.strings = { [key]: { other: pattern } };
        expect(element.text(key, values)).to.equal(pattern);
      }
    });

    it('are looked up as own properties only', () => {
      const element = word();
      element.strings = Object.create({ noStatus: 'inherited' }) as Partial<Messages>;
      expect(element.text('noStatus')).to.equal('No status');
      for (const key of ['constructor', 'toString', '__proto__']) {
        expect(element.text(key as keyof Messages)).to.equal(key);
      }
      element.strings = { noStatus: Object.create({ other: 'inherited' }) as { other: string } };
      expect(element.text('noStatus')).to.equal('No status');
    });

    it('are ignored if they are not valid messages', async () => {
      const element = word();
      for (const value of [null, undefined, 7, {}, [], { other: 7 }, () => 'x', new Date(0)]) {
        element.strings = { noStatus: value } as unknown as Partial<Messages>;
        await element.updateComplete;
        expect(element.shadowRoot!.textContent).to.equal('No status');
      }
    });
  });
});
