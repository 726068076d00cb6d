/** A proxy that simulates an unreliable network between users and the server. */
import { createHash } from 'node:crypto';
import {
  Agent,
  createServer,
  request as sendRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomNumbers } from '../../src/testing/plain-model.js';
import { FaultyStream } from './faulty-stream.js';
import { pause } from './process-time.js';

/** What can happen to a request, with its frequency per thousand. */
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

/** The network between the users of one run and the server. */
interface RunNetwork {
  target: string;
  seed: number;
  /** How often each request was made. */
  requestCounts: Map<string, number>;
  isReliable: boolean;
  /** Until when a user is offline. */
  outages: Map<string, number>;
  /** Requests still on their way to the server, even if no one waits for them. */
  pendingCount: number;
  streams: Set<ServerResponse>;
  /** Requests that will never be answered, by the id that their user gave them. */
  unanswered: Set<string>;
  faultCounts: Map<string, number>;
}

/** A proxy that loses, delays, repeats, reorders and cuts off messages: `/{run}/{user}/…` → `/api/{run}/…`. */
export class FaultyNetwork {
  /** The server's origin. */
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #runs = new Map<string, RunNetwork>();
  #server!: Server;

  constructor(port: number) {
    this.#port = port;
  }

  async listen(): Promise<void> {
    this.#server = createServer((request, response) => {
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      void this.#handleRequest(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
  }

  /** Starts a run; returns the base URL of each user. */
  open(run: string, seed: number): (user: number) => string {
    const network = { target: `/api/${run}`, seed, isReliable: false, pendingCount: 0 };
    const empty = {
      requestCounts: new Map(),
      outages: new Map(),
      streams: new Set(),
      unanswered: new Set(),
      faultCounts: new Map(),
    };
    this.#runs.set(run, { ...network, ...empty } as RunNetwork);
    const { port } = this.#server.address() as AddressInfo;
    return (user) => `http://127.0.0.1:${port}/${run}/${user}`;
  }

  /** Turns faults on or off. Turning them off delivers everything that was held back. */
  setReliable(run: string, isReliable: boolean): void {
    this.#runs.get(run)!.isReliable = isReliable;
  }

  isQuiet(run: string): boolean {
    return this.#runs.get(run)!.pendingCount === 0;
  }

  isAnswering(run: string, requestId: string): boolean {
    return !this.#runs.get(run)?.unanswered.has(requestId);
  }

  /** Ends a run; returns how often each fault happened. */
  end(run: string): ReadonlyMap<string, number> {
    const network = this.#runs.get(run)!;
    this.#runs.delete(run);
    for (const stream of network.streams) stream.destroy();
    return network.faultCounts;
  }

  async #handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, run = '', user = '', rest = ''] = /^\/([^/]+)\/([^/]+)(\/.*)$/.exec(request.url!) ?? [];
    const network = this.#runs.get(run);
    if (!network) return void response.destroy();
    if (rest === '/changes') return this.#follow(network, user, request, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const send = (): Promise<Reply> => this.#send(network, request, rest, body);
    const random = randomOf(network, `${user} ${request.method} ${rest} ${body.toString()}`);
    const fault = this.#fault(network, user, random);
    if (fault !== 'never answered') return this.#answer(network, fault, random, send, response);
    await send();
    network.unanswered.add(String(request.headers['x-request-id']));
  }

  async #answer(
    network: RunNetwork,
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
        await this.#sendLater(network, random() * 20, send);
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
        await this.#sendLater(network, random() * 40, send);
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

  #fault(network: RunNetwork, user: string, random: Random): Fault {
    if (network.isReliable) return undefined;
    if ((network.outages.get(user) ?? 0) > performance.now()) return 'outage';
    let left = random() * 1000;
    for (const [fault, often] of Object.entries(FAULTS)) {
      if ((left -= often) >= 0) continue;
      this.#count(network, fault);
      if (fault === 'outage') network.outages.set(user, performance.now() + 10 + random() * 60);
      return fault as Fault;
    }
    return undefined;
  }

  #count(network: RunNetwork, fault: string): void {
    network.faultCounts.set(fault, (network.faultCounts.get(fault) ?? 0) + 1);
  }

  async #sendLater(network: RunNetwork, ms: number, send: () => Promise<Reply>): Promise<void> {
    network.pendingCount++;
    await pause(ms);
    await send().catch(() => undefined);
    network.pendingCount--;
  }

  async #send(network: RunNetwork, { method, headers }: IncomingMessage, rest: string, body: Buffer): Promise<Reply> {
    network.pendingCount++;
    try {
      const answer = await this.#request(network.target + rest, method, headers, body);
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      return { status: answer.statusCode!, headers: endToEnd(answer.headers), body: Buffer.concat(chunks) };
    } finally {
      network.pendingCount--;
    }
  }

  #request(
    path: string,
    method: string | undefined,
    headers: IncomingMessage['headers'],
    body?: Buffer,
  ): Promise<IncomingMessage> {
    const length = body?.length ? { 'content-length': body.length } : {};
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.#port, agent: this.#agent, method, path };
      sendRequest({ ...options, headers: { ...endToEnd(headers), ...length } }, resolve)
        .on('error', reject)
        .end(body);
    });
  }

  /** Forwards the change stream with faults: cut off, or with chunks repeated, swapped and split. */
  async #follow(network: RunNetwork, user: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const random = randomOf(network, `${user} changes`);
    if (this.#fault(network, user, random)) return void response.destroy();
    const headers = endToEnd(request.headers);
    // The stream position is lost, so the server cannot know what was missed.
    if (headers['last-event-id'] && !network.isReliable && random() < 0.05) headers['last-event-id'] = 'nowhere';
    const answer = await this.#request(`${network.target}/changes`, 'GET', headers);
    network.streams.add(response);
    response.on('close', () => {
      network.streams.delete(response);
      answer.destroy();
    });
    response.writeHead(answer.statusCode!, endToEnd(answer.headers));
    const filter = new FaultyStream(random, (fault) => this.#count(network, fault));
    for await (const chunk of answer) {
      const { bytes, isCut } = filter.push(chunk as Buffer, network.isReliable);
      for (const each of bytes) response.write(each);
      if (isCut) return void response.socket?.destroySoon();
    }
    response.destroy();
  }
}

/**
 * The random numbers that decide about one request. They depend on what is requested and how often it was requested
 * before but not on time, so that rerunning all or some of the actions meets much the same network.
 */
function randomOf(network: RunNetwork, what: string): Random {
  const times = network.requestCounts.get(what) ?? 0;
  network.requestCounts.set(what, times + 1);
  const text = `${network.seed} ${times} ${what}`;
  return randomNumbers(createHash('sha256').update(text).digest().readInt32LE());
}

const HOP_BY_HOP = ['connection', 'content-length', 'host', 'keep-alive', 'transfer-encoding'];

/** End-to-end headers, as opposed to hop-by-hop headers. */
function endToEnd(headers: IncomingMessage['headers']): Record<string, string> {
  const about = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name));
  return Object.fromEntries(about as [string, string][]);
}

function write(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
}
