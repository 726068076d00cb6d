import { createHash } from 'node:crypto';
import { Agent, createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomNumbers } from '../../src/testing/plain-model.js';
import { ChangeFilter } from './chaos-stream.js';
import { pause } from './pause.js';

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

type Random = () => number;

/** What stands between the users of one run and the server. */
interface Line {
  target: string;
  seed: number;
  /** How often each thing was asked for. */
  asked: Map<string, number>;
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
  /** Of the server. */
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #lines = new Map<string, Line>();
  #server!: Server;

  constructor(port: number) {
    this.#port = port;
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
    this.#agent.destroy();
  }

  /** Opens a run; returns the base URL of each user. */
  open(run: string, seed: number): (user: number) => string {
    const line = { target: `/api/${run}`, seed, isCalm: false, underway: 0 };
    const empty = {
      asked: new Map(),
      outages: new Map(),
      streams: new Set(),
      unanswered: new Set(),
      happened: new Map(),
    };
    this.#lines.set(run, { ...line, ...empty } as Line);
    const { port } = this.#server.address() as AddressInfo;
    return (user) => `http://127.0.0.1:${port}/${run}/${user}`;
  }

  /** Whether faults happen from now on; what one of them still holds back arrives. */
  setCalm(run: string, isCalm: boolean): void {
    this.#lines.get(run)!.isCalm = isCalm;
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
    const body = Buffer.concat(chunks);
    const send = (): Promise<Reply> => this.#send(line, request, rest, body);
    const random = randomOf(line, `${user} ${request.method} ${rest} ${body.toString()}`);
    const fault = this.#fault(line, user, random);
    if (fault !== 'never answered') return this.#answer(line, fault, random, send, response);
    await send();
    line.unanswered.add(String(request.headers['x-request-id']));
  }

  async #answer(
    line: Line,
    fault: Fault,
    random: Random,
    send: () => Promise<Reply>,
    response: ServerResponse,
  ): Promise<void> {
    const someTime = (): Promise<void> => pause(random() * 20);
    switch (fault) {
      case 'request lost':
      case 'outage':
        return void response.destroy();
      case 'busy': {
        const status = [429, 502, 503][Math.floor(random() * 3)]!;
        response.writeHead(status, { 'content-type': 'text/html', 'retry-after': '1' });
        return void response.end('<h1>Later</h1>');
      }
      case 'arrives when given up':
        response.destroy();
        await this.#later(line, random() * 20, send);
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
        await this.#later(line, random() * 40, send);
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

  #fault(line: Line, user: string, random: Random): Fault {
    if (line.isCalm) return undefined;
    if ((line.outages.get(user) ?? 0) > performance.now()) return 'outage';
    let left = random() * 1000;
    for (const [fault, often] of Object.entries(FAULTS)) {
      if ((left -= often) >= 0) continue;
      this.#note(line, fault);
      if (fault === 'outage') line.outages.set(user, performance.now() + 10 + random() * 60);
      return fault as Fault;
    }
    return undefined;
  }

  #note(line: Line, fault: string): void {
    line.happened.set(fault, (line.happened.get(fault) ?? 0) + 1);
  }

  async #later(line: Line, ms: number, send: () => Promise<Reply>): Promise<void> {
    line.underway++;
    await pause(ms);
    await send().catch(() => undefined);
    line.underway--;
  }

  async #send(line: Line, { method, headers }: IncomingMessage, rest: string, body: Buffer): Promise<Reply> {
    line.underway++;
    try {
      const answer = await this.#ask(line.target + rest, method, headers, body);
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      return { status: answer.statusCode!, headers: own(answer.headers), body: Buffer.concat(chunks) };
    } finally {
      line.underway--;
    }
  }

  #ask(
    path: string,
    method: string | undefined,
    headers: IncomingMessage['headers'],
    body?: Buffer,
  ): Promise<IncomingMessage> {
    const length = body?.length ? { 'content-length': body.length } : {};
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.#port, agent: this.#agent, method, path };
      ask({ ...options, headers: { ...own(headers), ...length } }, resolve)
        .on('error', reject)
        .end(body);
    });
  }

  /** The change stream, cut here and there, with pieces repeated, swapped and split. */
  async #follow(line: Line, user: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const random = randomOf(line, `${user} changes`);
    if (this.#fault(line, user, random)) return void response.destroy();
    const headers = own(request.headers);
    // Its place is lost: the server cannot know what was missed.
    if (headers['last-event-id'] && !line.isCalm && random() < 0.05) headers['last-event-id'] = 'nowhere';
    const answer = await this.#ask(`${line.target}/changes`, 'GET', headers);
    line.streams.add(response);
    response.on('close', () => {
      line.streams.delete(response);
      answer.destroy();
    });
    response.writeHead(answer.statusCode!, own(answer.headers));
    const filter = new ChangeFilter(random, (fault) => this.#note(line, fault));
    for await (const chunk of answer) {
      const { bytes, isCut } = filter.push(chunk as Buffer, line.isCalm);
      for (const each of bytes) response.write(each);
      if (isCut) return void response.socket?.destroySoon();
    }
    response.destroy();
  }
}

/**
 * The numbers that decide about one request: by what it asks for, and how often that was asked for before. Not by when
 * it comes, so that some of the acts alone, or all of them again, meet much the same network.
 */
function randomOf(line: Line, what: string): Random {
  const times = line.asked.get(what) ?? 0;
  line.asked.set(what, times + 1);
  const text = `${line.seed} ${times} ${what}`;
  return randomNumbers(createHash('sha256').update(text).digest().readInt32LE());
}

const OF_CONNECTION = ['connection', 'content-length', 'host', 'keep-alive', 'transfer-encoding'];

/** Those that are about the message, not about the connection that it came by. */
function own(headers: IncomingMessage['headers']): Record<string, string> {
  const about = Object.entries(headers).filter(([name]) => !OF_CONNECTION.includes(name));
  return Object.fromEntries(about as [string, string][]);
}

function write(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
}
