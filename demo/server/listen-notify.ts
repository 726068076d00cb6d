/** Notifies other instances about changes with PostgreSQL's LISTEN and NOTIFY. */
import type { Client, Pool } from 'pg';
import type { ChangeNotifier } from './sql.js';

const CHANNEL = 'pipeline_changes';
/** A committing NOTIFY takes a server-wide lock, so notifications are batched and sent in a statement of their own. */
const COLLECT_MS = 10;
const RECONNECT_MS = 5000;
/** A payload is limited to 8,000 bytes; the names of this many tenants are far shorter. */
const TENANTS_A_PAYLOAD = 25;

/** Uses a separate connection. On engines without LISTEN and NOTIFY it does nothing, and instances rely on polling. */
export function openNotifier(connect: () => Client, pool: Pool): ChangeNotifier & { close(): Promise<void> } {
  const tenants = new Set<string>();
  let sending: NodeJS.Timeout | undefined;
  let reconnecting: NodeJS.Timeout | undefined;
  let client: Client | undefined;
  let isClosed = false;

  async function send(): Promise<void> {
    sending = undefined;
    const all = [...tenants];
    tenants.clear();
    for (let start = 0; start < all.length; start += TENANTS_A_PAYLOAD) {
      const payload = JSON.stringify(all.slice(start, start + TENANTS_A_PAYLOAD));
      await pool.query('SELECT pg_notify($1, $2)', [CHANNEL, payload]).catch(() => undefined);
    }
  }

  function listen(listener: (tenant: string) => void): void {
    if (isClosed) return;
    const own = (client = connect());
    const handleLoss = (): void => {
      if (client !== own || isClosed) return;
      client = undefined;
      own.end().catch(() => undefined);
      reconnecting = setTimeout(() => listen(listener), RECONNECT_MS).unref();
    };
    own.on('error', handleLoss);
    own.on('end', handleLoss);
    own.on('notification', ({ payload }) => {
      for (const tenant of tenantsOf(payload)) listener(tenant);
    });
    own
      .connect()
      .then(() => own.query(`LISTEN ${CHANNEL}`))
      .catch(handleLoss);
  }

  return {
    notify(tenant) {
      if (isClosed) return;
      tenants.add(tenant);
      sending ??= setTimeout(() => void send(), COLLECT_MS).unref();
    },
    listen,
    async close() {
      isClosed = true;
      clearTimeout(sending);
      clearTimeout(reconnecting);
      await client?.end().catch(() => undefined);
    },
  };
}

/** Validates the payload: anyone with access to the database can send a notification. */
function tenantsOf(payload: string | undefined): string[] {
  try {
    const list = JSON.parse(payload ?? '') as unknown;
    return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
