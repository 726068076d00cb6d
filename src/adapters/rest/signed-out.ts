/** Recognizes responses that come from a sign-in page instead of the API: the session has expired. */
import { PipelineError } from '../../model/errors.js';
import { badResponse } from './errors.js';

export const signedOut = (): PipelineError =>
  new PipelineError('auth', 'The server responded with a sign-in page: the session has expired.');

/** Whether a response points elsewhere, or hides what it is: its status and body are not those of the API. */
export function isRedirect({ type, status }: Response): boolean {
  return type === 'opaqueredirect' || type === 'opaque' || (status >= 300 && status < 400 && status !== 304);
}

/** The URL that a redirect leads to, or that a response came from after redirects; `undefined` if it is hidden. */
export function redirectTarget(response: Response, requestUrl: string): string | undefined {
  try {
    const location = response.headers.get('location');
    if (location !== null) return new URL(location, requestUrl).href;
    return response.redirected && response.url ? new URL(response.url).href : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a redirect only corrects a URL: it adds a slash or moves to https, for example, but keeps the path. */
export function hasSamePath(target: string, requestUrl: string): boolean {
  return pathOf(target) === pathOf(requestUrl);
}

/** Throws if the response was redirected to another path, by a `fetch` that follows redirects. */
export function checkNotRedirected(response: Response, requestUrl: string): void {
  const target = response.redirected ? redirectTarget(response, requestUrl) : undefined;
  if (target !== undefined && !hasSamePath(target, requestUrl)) throw signedOut();
}

export const wrongUrl = (target: string): PipelineError =>
  badResponse(`The server redirects to ${shown(target)}. Use that address as the base URL.`);

export const unreadable = (): PipelineError =>
  badResponse(
    'The response is opaque: `fetch` was called with the mode "no-cors", which hides what the server responds.',
  );

/** What `body` is instead of JSON. */
export function notJson(body: string, cause?: unknown): PipelineError {
  return isSignInPage(body) ? signedOut() : badResponse('The server responded with something that is not JSON.', cause);
}

const SIGN_IN = /\b(sign|log)[\s_-]?(in|on)\b|\bsso\b|\bsaml|\boauth|\bopenid|\b(re)?authenticat|\bmasuk\b/i;
const EXPIRED = /\bsession\b.{0,20}\b(expired|ended|timed out)|\bsesi\b.{0,30}\b(berakhir|kedaluwarsa|habis)/i;
/** Wi-Fi portals have forms as well, and describe themselves to devices in the WISPr format. */
const PORTAL = /\bwisp(r|access)|wi-?fi|hotspot|captive/i;
const OUT_OF_ORDER = /maintenance|unavailable|try again|be(en)? back|gateway|not found|pemeliharaan/i;
/** Longer pages have more on them than a request to sign in. */
const MAX_TEXT = 300;

const PASSWORD =
  /\btype\s*=\s*["']?password|\bautocomplete\s*=\s*["']?(username|current-password)|\bname\s*=\s*["']?(SAML|RelayState|wresult)/i;
const ACTION = /\baction\s*=\s*["']?[^"'\s>]*/i;
const LOCATION = /\blocation\b[^;]{0,30}["'][^"']{0,500}["']/gi;
/** How long a title or the text of a heading or a button may be. */
const MAX_TITLE = 200;

/**
 * Whether a body is a page that asks the user to sign in: one with a password field, with a form that sends the user to
 * sign in, or that says so in its title, a heading, a button, or in little more than that. A link to sign in is not
 * enough: the pages of many apps have one. Takes linear time.
 */
export function isSignInPage(body: string): boolean {
  const html = body.trimStart();
  if (!html.startsWith('<') || PORTAL.test(html)) return false;
  const says = (text: string): boolean => (SIGN_IN.test(text) || EXPIRED.test(text)) && !OUT_OF_ORDER.test(text);
  for (const { tag, after } of tagsOf(html)) {
    if (/<input\b/i.test(tag) && (PASSWORD.test(tag) || (/type\s*=\s*["']?submit/i.test(tag) && says(tag))))
      return true;
    const action = /<form\b/i.test(tag) ? ACTION.exec(tag) : null;
    if (action && SIGN_IN.test(tag.slice(0, action.index + action[0].length))) return true;
    if (/<meta\b/i.test(tag) && /\brefresh\b/i.test(tag) && SIGN_IN.test(tag)) return true;
    const name = /<(title|h1|h2|button)\b/i.exec(tag)?.[1];
    const end = name === undefined ? -1 : after.toLowerCase().indexOf(`</${name.toLowerCase()}>`);
    if (end >= 0 && says(tag + after.slice(0, end))) return true;
  }
  if (html.match(LOCATION)?.some((each) => SIGN_IN.test(each))) return true;
  const text = textOf(html);
  return text.length <= MAX_TEXT && says(text);
}

/** Each tag of a page, with the beginning of what follows it. */
function* tagsOf(html: string): Iterable<{ tag: string; after: string }> {
  for (let start = html.indexOf('<'); start >= 0;) {
    const found = html.indexOf('>', start);
    const end = found < 0 ? html.length : found + 1;
    yield { tag: html.slice(start, end), after: html.slice(end, end + MAX_TITLE + '</button>'.length) };
    start = html.indexOf('<', end);
  }
}

/** The text of a page in lower case, without markup. */
function textOf(page: string): string {
  const html = page.toLowerCase();
  const texts: string[] = [];
  for (let from = 0; from < html.length;) {
    const start = html.indexOf('<', from);
    texts.push(html.slice(from, start < 0 ? html.length : start));
    if (start < 0) break;
    const block = /^<(script\b|style\b|!--)/.exec(html.slice(start, start + 10))?.[1];
    const close = block === undefined ? '>' : block === '!--' ? '-->' : `</${block}>`;
    const end = html.indexOf(close, start);
    // A "<" that begins no tag is text.
    if (end < 0 && close === '>') texts.push(html.slice(start));
    from = end < 0 ? html.length : end + close.length;
  }
  return texts.join(' ').replace(/\s+/g, ' ').trim();
}

function pathOf(url: string): string {
  const { pathname } = new URL(url);
  let end = pathname.length;
  while (pathname[end - 1] === '/') end--;
  return pathname.slice(0, end);
}

/** Without the query and the fragment, in which sign-in pages carry tokens. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
