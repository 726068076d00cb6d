// The server of the demo: the API at /api/demo for users signed in by cookie, and the sign-in at /session.
import { PipelineError, invalid } from '../../src/model/errors.js';
import { parseConversationRef } from '../../src/model/entry.js';
import { bearerTokens, type Authorize } from './access.js';
import { parseApiTokens } from './api-tokens.js';
import { MAX_HOST_BATCH, listOf, readBody } from './body.js';
import { checkOrigin } from './headers.js';
import { nodeHandler, type NodeHandler } from './node.js';
import { HttpError, errorResponse } from './problem.js';
import { createServer, type PipelineServer } from './server.js';
import { DEMO_USERS, SignIns } from './sign-ins.js';
import type { Database } from './sql.js';

const TENANT = 'demo';
const SESSION = '/session';
const CONVERSATIONS = '/session/conversations';

export interface DemoOptions {
  open(): Promise<Database>;
  /** `API_TOKENS`: an access token in a request takes precedence over its cookie. */
  apiTokens?: string | undefined;
  /**
   * The user of requests without a sign-in; by default they are rejected. For several instances, which share no
   * sign-ins.
   */
  guest?: string | undefined;
}

export interface DemoServer {
  handle: NodeHandler;
  close(): Promise<void>;
}

export function openDemo({ open, apiTokens, guest }: DemoOptions): DemoServer {
  const signIns = new SignIns(guest);
  const api = createServer({ basePath: `/api/${TENANT}`, open, authorize: authorizeBy(signIns, apiTokens) });
  const ownsSession = (path: string): boolean => path === SESSION || path === CONVERSATIONS;
  const handle = nodeHandler({
    owns: (path) => ownsSession(path) || api.owns(path),
    async fetch(request) {
      const path = new URL(request.url).pathname;
      return ownsSession(path) ? answer(request, path, signIns, api) : api.fetch(request);
    },
  });
  return { handle, close: () => api.close() };
}

function authorizeBy(signIns: SignIns, apiTokens: string | undefined): Authorize {
  const { tokens } = parseApiTokens(apiTokens);
  const byToken = Object.keys(tokens).length ? bearerTokens(tokens) : undefined;
  return (request, path) => {
    if (byToken && request.headers.has('authorization')) return byToken(request, path);
    const user = signIns.userOf(request);
    return user ? { tenant: TENANT, ...user } : null;
  };
}

async function answer(request: Request, path: string, signIns: SignIns, api: PipelineServer): Promise<Response> {
  let response: Response;
  try {
    response = await (path === SESSION ? session(request, signIns) : conversations(request, signIns, api));
  } catch (thrown) {
    response = errorResponse(thrown, console.error);
  }
  response.headers.set('Cache-Control', 'no-store');
  response.headers.set('X-Content-Type-Options', 'nosniff');
  return response;
}

/** `GET`: the signed-in user. `POST { user }`: signs in and returns the user. `DELETE`: signs out. */
async function session(request: Request, signIns: SignIns): Promise<Response> {
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return Response.json(requireUser(request, signIns));
    case 'POST': {
      checkOrigin(request, []);
      const { user: name } = (await readBody(request)).fields;
      const done = signIns.signIn(request, name);
      if (!done) throw invalid('user', `must be one of: ${DEMO_USERS.join(', ')}.`);
      return Response.json(done.user, { headers: { 'Set-Cookie': done.cookie } });
    }
    case 'DELETE':
      checkOrigin(request, []);
      return new Response(null, { status: 204, headers: { 'Set-Cookie': signIns.signOut(request) } });
    default:
      throw wrongMethod('GET, HEAD, POST, DELETE');
  }
}

/**
 * `POST { conversations }`: registers conversations. In production the inbox's back end does this; here the page does.
 */
async function conversations(request: Request, signIns: SignIns, api: PipelineServer): Promise<Response> {
  if (request.method !== 'POST') throw wrongMethod('POST');
  checkOrigin(request, []);
  requireUser(request, signIns);
  const { fields } = await readBody(request);
  const refs = listOf(fields['conversations'], 'conversations', parseConversationRef, MAX_HOST_BATCH);
  await api.putConversations(TENANT, refs);
  return new Response(null, { status: 204 });
}

function requireUser(request: Request, signIns: SignIns): { user: string; roles: readonly string[] } {
  const user = signIns.userOf(request);
  if (!user) throw new PipelineError('auth', 'You are not signed in.');
  return user;
}

const wrongMethod = (allow: string): HttpError =>
  new HttpError(405, invalid('method', `must be one of: ${allow}.`), { Allow: allow });
