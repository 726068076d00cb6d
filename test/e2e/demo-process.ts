/** Runs the demo with its server in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

export class DemoProcess {
  #process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly env: Readonly<Record<string, string>>,
  ) {}

  /** `env` says where the data is stored; by default in memory. Resolves when the server responds. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<DemoProcess> {
    const demo = new DemoProcess(await freePort(), env);
    await demo.start();
    return demo;
  }

  /** By IP address: a host name may first be resolved to IPv6, which can time out on a busy machine. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Restarts it after it was killed. Resolves when it responds. */
  async start(): Promise<void> {
    const env = { ...process.env, ...this.env, PORT: String(this.port) };
    const own = (this.#process = spawn('node', ['test/server/serve-open.mjs'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    }));
    await new Promise((resolve) => own.stdout.once('data', resolve));
    await (await fetch(`${this.origin}/api/warm-up/statuses`)).arrayBuffer();
  }

  /** Kills it immediately, without finishing anything. */
  async kill(): Promise<void> {
    const own = this.#process;
    if (!own || own.exitCode !== null || own.signalCode !== null) return;
    const ended = new Promise((resolve) => own.once('exit', resolve));
    own.kill('SIGKILL');
    await ended;
  }
}
