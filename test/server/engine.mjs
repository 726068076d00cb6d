// Makes the databases of the server tests behave like other engines: ENGINE=serializable or ENGINE=failing-commits.
const { ENGINE, LONG } = process.env;

export const ENGINES = ['serializable', 'failing-commits'];
if (ENGINE && !ENGINES.includes(ENGINE)) throw new Error(`ENGINE: must be one of: ${ENGINES.join(', ')}.`);

/** PGlite has one connection, on which little can conflict, so it is tested as another engine only with LONG=1. */
export const isTested = (database) => !ENGINE || Boolean(LONG) || database === 'PostgreSQL';

const SETTING = 'default_transaction_isolation';

/** The URL of a database on which every transaction is serializable, if that is tested. */
export function urlOf(url) {
  if (ENGINE !== 'serializable') return url;
  const own = new URL(url);
  own.searchParams.set('options', `-c ${SETTING}=serializable`);
  return own.href;
}

/** A database of this process as the tests use it themselves: what conflicts with the server's writes is repeated. */
export async function forTests(database) {
  if (!ENGINE) return database;
  if (ENGINE === 'serializable') await database.query(`SET ${SETTING} = serializable`);
  return { ...database, query: (text, values) => repeat(() => database.query(text, values)) };
}

async function repeat(query) {
  for (;;) {
    try {
      return await query();
    } catch (error) {
      if (error.code !== '40001') throw error;
    }
  }
}

/** A database as the server uses it: every fifth commit fails with 40001, if that is tested. */
export function forServer(database) {
  if (ENGINE !== 'failing-commits') return database;
  let commits = 0;
  const commit = () => {
    if (++commits % 5 === 0) throw Object.assign(new Error('could not serialize access'), { code: '40001' });
  };
  const failing = (run) => (work) =>
    run(async (tx) => {
      const result = await work(tx);
      commit();
      return result;
    });
  return {
    ...database,
    query: async (text, values) => {
      commit();
      return database.query(text, values);
    },
    transaction: failing(database.transaction),
    snapshot: failing(database.snapshot),
  };
}
