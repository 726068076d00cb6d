import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomNumbers } from '../../src/testing/plain-model.js';
import { ChangeFilter } from './chaos-stream.js';

/** What may become of a request; the numbers are how often, in a thousand. */
const FAULTS = {
  'request lost': 30,
  'reply lost': 40,
  'request delayed': 60,
  'reply delayed': 40,
  'sent twice': 20,
  'sent again later': 20,
  'arrives when given up': 20,
  'reply cut': 10,
  busy: 10,
  'never answered': 3,
  outage: 5,
} as const;

type Fault = keyof typeof FAULTS | undefined;

interface Reply {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** The server. In this process: a second hop over HTTP would cost more than all the rest. */
export type Upstream = (request: Request) => Promise<Response | undefined>;

/** What stands between the users of one run and the server. */
interface Line {
  target: string;
  random: () => number;
  isCalm: boolean;
  /** Until when the network of a user is away. */
  outages: Map<string, number>;
  /** Requests that are still on their way to the server, though nobody may wait for them. */
  underway: number;
  streams: Set<ServerResponse>;
  /** Requests that will never be answered, by the id that their user gave them. */
  unanswered: Set<string>;
  happened: Map<string, number>;
}

/** A network that loses, delays, repeats, reorders and cuts, in front of a server: `/{run}/{user}/…` → `/api/{run}/…`. */
export class Chaos {
  readonly #upstream: Upstream;
  readonly #lines = new Map<string, Line>();
  #server!: Server;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  async listen(): Promise<void> {
    this.#server = createServer((request, response) => {
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      void this.#handle(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Opens a run; returns the base URL of each user. */
  open(run: string, seed: number): (user: number) => string {
    const random = randomNumbers(seed);
    const line = { target: `/api/${run}`, random, isCalm: false, outages: new Map<string, number>(), underway: 0 };
    this.#lines.set(run, { ...line, streams: new Set(), unanswered: new Set(), happened: new Map() });
    const { port } = this.#server.address() as AddressInfo;
    return (user) => `http://127.0.0.1:${port}/${run}/${user}`;
  }

  /** No faults from now on; what a fault still holds back arrives. */
  calm(run: string): void {
    this.#lines.get(run)!.isCalm = true;
  }

  isQuiet(run: string): boolean {
    return this.#lines.get(run)!.underway === 0;
  }

  isAnswering(run: string, requestId: string): boolean {
    return !this.#lines.get(run)?.unanswered.has(requestId);
  }

  /** Ends a run; returns how often each fault happened. */
  end(run: string): ReadonlyMap<string, number> {
    const line = this.#lines.get(run)!;
    this.#lines.delete(run);
    for (const stream of line.streams) stream.destroy();
    return line.happened;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, run = '', user = '', rest = ''] = /^\/([^/]+)\/([^/]+)(\/.*)$/.exec(request.url!) ?? [];
    const line = this.#lines.get(run);
    if (!line) return void response.destroy();
    if (rest === '/changes') return this.#follow(line, user, request, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const send = (): Promise<Reply> => this.#send(line, request, rest, Buffer.concat(chunks));
    const fault = this.#fault(line, user);
    if (fault !== 'never answered') return this.#answer(line, fault, send, response);
    await send();
    line.unanswered.add(String(request.headers['x-request-id']));
  }

  async #answer(line: Line, fault: Fault, send: () => Promise<Reply>, response: ServerResponse): Promise<void> {
    const someTime = (): Promise<void> => pause(line.random() * 20);
    switch (fault) {
      case 'request lost':
      case 'outage':
        return void response.destroy();
      case 'busy': {
        const status = [429, 502, 503][Math.floor(line.random() * 3)]!;
        response.writeHead(status, { 'content-type': 'text/html', 'retry-after': '1' });
        return void response.end('<h1>Later</h1>');
      }
      case 'arrives when given up':
        response.destroy();
        await this.#later(line, 20, send);
        return;
      case 'reply lost':
        await send();
        return void response.destroy();
      case 'request delayed':
        await someTime();
        return write(response, await send());
      case 'sent twice': {
        const [first] = await Promise.all([send(), send()]);
        return write(response, first);
      }
      case 'sent again later':
        write(response, await send());
        await this.#later(line, 40, send);
        return;
      case 'reply delayed': {
        const reply = await send();
        await someTime();
        return write(response, reply);
      }
      case 'reply cut': {
        const reply = await send();
        response.writeHead(reply.status, { ...reply.headers, 'content-length': reply.body.length });
        response.write(reply.body.subarray(0, reply.body.length / 2));
        return void response.socket?.end();
      }
      default:
        return write(response, await send());
    }
  }

  #fault(line: Line, user: string): Fault {
    if (line.isCalm) return undefined;
    if ((line.outages.get(user) ?? 0) > performance.now()) return 'outage';
    let left = line.random() * 1000;
    for (const [fault, often] of Object.entries(FAULTS)) {
      if ((left -= often) >= 0) continue;
      this.#note(line, fault);
      if (fault === 'outage') line.outages.set(user, performance.now() + 10 + line.random() * 60);
      return fault as Fault;
    }
    return undefined;
  }

  #note(line: Line, fault: string): void {
    line.happened.set(fault, (line.happened.get(fault) ?? 0) + 1);
  }

  async #later(line: Line, ms: number, send: () => Promise<Reply>): Promise<void> {
    line.underway++;
    await pause(line.random() * ms);
    await send().catch(() => undefined);
    line.underway--;
  }

  async #send(line: Line, { method, headers }: IncomingMessage, rest: string, body: Buffer): Promise<Reply> {
    line.underway++;
    try {
      const response = await this.#ask(line.target + rest, {
        method: method!,
        headers: own(headers),
        ...(body.length ? { body: new Uint8Array(body) } : {}),
      });
      const { status, headers: answered } = response;
      return { status, headers: Object.fromEntries(answered), body: Buffer.from(await response.arrayBuffer()) };
    } finally {
      line.underway--;
    }
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    return (await this.#upstream(new Request(`http://server${path}`, init)))!;
  }

  /** The change stream, cut here and there, with pieces repeated, swapped and split. */
  async #follow(line: Line, user: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#fault(line, user)) return void response.destroy();
    const headers = own(request.headers);
    // Its place is lost: the server cannot know what was missed.
    if (headers['last-event-id'] && !line.isCalm && line.random() < 0.05) headers['last-event-id'] = 'nowhere';
    const { status, headers: answered, body } = await this.#ask(`${line.target}/changes`, { headers });
    const reader = body!.getReader();
    line.streams.add(response);
    response.on('close', () => {
      line.streams.delete(response);
      void reader.cancel();
    });
    response.writeHead(status, Object.fromEntries(answered));
    const filter = new ChangeFilter(line.random, (fault) => this.#note(line, fault));
    for (;;) {
      const { done, value } = await reader.read();
      if (done || response.destroyed) return void response.destroy();
      const { bytes, isCut } = filter.push(Buffer.from(value), line.isCalm);
      for (const each of bytes) response.write(each);
      if (isCut) return void response.socket?.destroySoon();
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Those that are about the request, not about the connection that it came by. */
function own(headers: IncomingMessage['headers']): Record<string, string> {
  const about = Object.entries(headers).filter(([name]) => !['connection', 'host', 'content-length'].includes(name));
  return Object.fromEntries(about as [string, string][]);
}

function write(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
}
