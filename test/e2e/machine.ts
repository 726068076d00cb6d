/** The demo with a server of its own, in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

export class Machine {
  #process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly env: Readonly<Record<string, string>>,
  ) {}

  /** `env` says where the data is kept; nothing: in memory. Resolves when it answers. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<Machine> {
    const machine = new Machine(await freePort(), env);
    await machine.start();
    return machine;
  }

  /** By its number: a name may first be tried as an address of IPv6, and a busy test would time that out. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Again, after it was killed. Resolves when it answers. */
  async start(): Promise<void> {
    const env = { ...process.env, ...this.env, PORT: String(this.port) };
    const own = (this.#process = spawn('node', ['test/server/serve-open.mjs'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    }));
    await new Promise((resolve) => own.stdout.once('data', resolve));
    await (await fetch(`${this.origin}/api/warm-up/statuses`)).arrayBuffer();
  }

  /** At once: it finishes nothing. */
  async kill(): Promise<void> {
    const own = this.#process;
    if (!own || own.exitCode !== null || own.signalCode !== null) return;
    const ended = new Promise((resolve) => own.once('exit', resolve));
    own.kill('SIGKILL');
    await ended;
  }
}
