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

/**
 * Whether a body is a page that asks the user to sign in: one with a password field, with a form that sends the user to
 * sign in, or that says so in its title, a heading, a button, or in little more than that. A link to sign in is not
 * enough: the pages of many apps have one.
 */
export function isSignInPage(body: string): boolean {
  const html = body.trimStart();
  if (!html.startsWith('<') || PORTAL.test(html)) return false;
  if (/<input\b[^>]*\b(type\s*=\s*["']?password|autocomplete\s*=\s*["']?(username|current-password))/i.test(html))
    return true;
  if (/<input\b[^>]*\bname\s*=\s*["']?(SAML|RelayState|wresult)/i.test(html)) return true;
  const navigation = html.match(
    /<form\b[^>]*\baction\s*=\s*["']?[^"'\s>]*|<meta\b[^>]*\brefresh\b[^>]*|\blocation\b[^;]{0,30}["'][^"']*["']/gi,
  );
  if (navigation?.some((each) => SIGN_IN.test(each))) return true;
  const titles = html.match(
    /<(title|h1|h2|button)\b[^>]*>[\s\S]{0,200}?<\/\1>|<input\b[^>]*type\s*=\s*["']?submit[^>]*/gi,
  );
  const says = (text: string): boolean => (SIGN_IN.test(text) || EXPIRED.test(text)) && !OUT_OF_ORDER.test(text);
  if (titles?.some(says)) return true;
  const text = textOf(html);
  return text.length <= MAX_TEXT && says(text);
}

/** The text of a page, without markup. */
function textOf(html: string): string {
  return html
    .replace(/<(script|style)\b[\s\S]*?(<\/\1>|$)|<!--[\s\S]*?-->|<[^>]*>/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function pathOf(url: string): string {
  const { pathname } = new URL(url);
  return pathname.replace(/\/+$/, '');
}

/** Without the query and the fragment, in which sign-in pages carry tokens. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
