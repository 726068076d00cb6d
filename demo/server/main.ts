import type { AddressInfo } from 'node:net';
import { bearerTokens, type Caller } from './access.js';
import { listen, nodeHandler, type NodeHandler } from './node.js';
import { createServer, type PipelineServer, type ServerOptions } from './server.js';
import { openPglite } from './sql-pglite.js';
import { openPostgres } from './sql-postgres.js';
import type { Database } from './sql.js';

export { bearerTokens } from './access.js';
export { clean } from './janitor.js';
export { listen, nodeHandler } from './node.js';
export { createServer } from './server.js';
export { openPglite } from './sql-pglite.js';
export { openPostgres } from './sql-postgres.js';

export interface Settings {
  /** A PostgreSQL server; left out: one inside this process. */
  databaseUrl?: string | undefined;
  /** Where the one inside this process keeps its data; left out: in memory. */
  dataFolder?: string | undefined;
}

export const openDatabase = ({ databaseUrl, dataFolder }: Settings): Promise<Database> =>
  databaseUrl ? openPostgres(databaseUrl) : openPglite(dataFolder);

/**
 * The API as the environment says, to be mounted in another server: DATABASE_URL, or DATA_FOLDER, or neither;
 * API_TOKENS, as JSON: `{ "token": { "tenant": "…", "by": "…", "isHost": false } }`; ALLOWED_ORIGINS, separated by spaces.
 */
export function openApi(env: NodeJS.ProcessEnv = process.env): PipelineServer & { handle: NodeHandler } {
  const options: ServerOptions = {
    open: () => openDatabase({ databaseUrl: env['DATABASE_URL'], dataFolder: env['DATA_FOLDER'] }),
    allowedOrigins: env['ALLOWED_ORIGINS']?.split(' ').filter(Boolean) ?? [],
  };
  const tokens = env['API_TOKENS'];
  if (tokens) options.authorize = bearerTokens(JSON.parse(tokens) as Record<string, Caller>);
  const server = createServer(options);
  return Object.assign(server, { handle: nodeHandler(server) });
}

/** Serves the API alone, until it is told to stop. */
export async function main(): Promise<void> {
  const api = openApi();
  const server = await listen(api.handle, Number(process.env['PORT'] ?? 8001));
  await api.ready;
  const { port } = server.address() as AddressInfo;
  console.log(`pipeline-elements reference server: http://localhost:${port}/api/{tenant}`);
  const stop = async (): Promise<void> => {
    server.close();
    await api.close();
    server.closeAllConnections();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
}
