/** Entry point of the reference server: its exports, and `main()`, which runs it as configured by the environment. */
import type { AddressInfo } from 'node:net';
import { bearerTokens } from './access.js';
import { parseApiTokens } from './api-tokens.js';
import { migrate } from './migrate.js';
import { listen, nodeHandler } from './node.js';
import { recount } from './recount.js';
import { createServer, type ServerOptions } from './server.js';
import { openPglite } from './sql-pglite.js';
import { openPostgres } from './sql-postgres.js';
import type { Database } from './sql.js';

export { PipelineError } from '../../src/model/errors.js';
export { bearerTokens } from './access.js';
export { parseApiTokens } from './api-tokens.js';
export { openDemo } from './demo.js';
export { cleanUp } from './cleanup.js';
export { migrate } from './migrate.js';
export { recount } from './recount.js';
export { listen, nodeHandler } from './node.js';
export { createServer } from './server.js';
export { openPglite } from './sql-pglite.js';
export { openPostgres } from './sql-postgres.js';

export interface Settings {
  /** URL of a PostgreSQL server; without it, a database inside this process is used. */
  databaseUrl?: string | undefined;
  /** Where the database inside this process stores its data; without it, in memory. */
  dataFolder?: string | undefined;
}

export const openDatabase = ({ databaseUrl, dataFolder }: Settings): Promise<Database> =>
  databaseUrl ? openPostgres(databaseUrl) : openPglite(dataFolder);

export type Env = Readonly<Record<string, string | undefined>>;

/** Opens the database that the environment names: DATABASE_URL, DATA_FOLDER, or neither (in memory). */
export const openFromEnv = (env: Env): Promise<Database> =>
  openDatabase({ databaseUrl: env['DATABASE_URL'], dataFolder: env['DATA_FOLDER'] });

export const allowedOriginsOf = (env: Env): string[] => env['ALLOWED_ORIGINS']?.split(' ').filter(Boolean) ?? [];

const NO_TOKENS = 'Every request will be rejected until API_TOKENS is set.';

/**
 * Serves the API until the process is told to stop. Reads PORT, DATABASE_URL or DATA_FOLDER, API_TOKENS (see
 * api-tokens.ts) and ALLOWED_ORIGINS (separated by spaces) from the environment. Rejects if one of them is malformed.
 *
 * @param options take precedence over the environment.
 */
export async function main(options: Partial<ServerOptions> = {}): Promise<void> {
  const { env } = process;
  const { tokens, warnings } = parseApiTokens(env['API_TOKENS']);
  const { basePath = '/api' } = options;
  const api = createServer({
    open: () => openFromEnv(env),
    allowedOrigins: allowedOriginsOf(env),
    authorize: bearerTokens(tokens),
    ...options,
  });
  const server = await listen(nodeHandler(api), Number(env['PORT'] ?? 8001));
  await api.ready;
  for (const warning of warnings) console.warn(warning);
  if (!options.authorize && !Object.keys(tokens).length) console.log(NO_TOKENS);
  const { port } = server.address() as AddressInfo;
  console.log(`pipeline-elements reference server: http://localhost:${port}${basePath}`);
  const stop = async (): Promise<void> => {
    server.close();
    await api.close();
    server.closeAllConnections();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
}

const COMMANDS: Readonly<Record<string, (database: Database, names: readonly string[]) => Promise<string>>> = {
  migrate: async () => 'The database schema is up to date.',
  recount: async (database, tenants) => {
    const wrong = await recount(database, tenants.length ? tenants : undefined);
    return wrong.length ? `Corrected the counts of: ${wrong.join(', ')}.` : 'All counts were correct.';
  },
};

/**
 * Runs a command on the database that the environment names, while servers may be running: `migrate` applies missing
 * migrations (a server does so when it starts, too); `recount [TENANT…]` recounts contacts and counters after rows were
 * deleted with SQL.
 */
export async function runCommand(name: string, names: readonly string[]): Promise<void> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new Error(`COMMAND: "${name}" must be one of: ${Object.keys(COMMANDS).join(', ')}.`);
  if (!process.env['DATABASE_URL'] && !process.env['DATA_FOLDER']) {
    throw new Error('DATABASE_URL, or DATA_FOLDER, must name the database.');
  }
  const database = await openFromEnv(process.env);
  try {
    await migrate(database, console.log);
    console.log(await command(database, names));
  } finally {
    await database.close();
  }
}
