/** Erases conversations and contacts: afterwards no row of the tenant has their ids. */
import { mentions } from '../../src/adapters/idempotency.js';
import { forgottenError, type Forgotten } from '../../src/adapters/rules.js';
import type { Id } from '../../src/model/id.js';
import { removeContacts, updateContacts } from './contacts.js';
import { readRows } from './conversations.js';
import { CounterChanges } from './counters.js';
import { removeHistory } from './history.js';
import { errorAnswer, type Answer } from './idempotency.js';
import type { WriteContext } from './store.js';

const OF_CONTACTS = `SELECT conversation_id AS id FROM pipeline.conversations
  WHERE tenant_id = $1 AND contact_id = ANY ($2::text[])`;

const REMOVE = 'DELETE FROM pipeline.conversations WHERE tenant_id = $1 AND conversation_id = ANY ($2::text[])';

/** Whether a text has one of the texts in a list; true without a list. */
const hasOne = (text: string, list: string): string =>
  `(${list}::text[] IS NULL OR EXISTS (SELECT 1 FROM unnest(${list}::text[]) AS wanted WHERE strpos(${text}, wanted) > 0))`;

const CHANGES = `SELECT record FROM pipeline.changes
  WHERE tenant_id = $1 AND kind = 'entry' AND ${hasOne('record', '$2')}`;

const ANSWERS = `SELECT owner, idempotency_key AS key, answer FROM pipeline.answers
  WHERE tenant_id = $1 AND (owner, idempotency_key) > ($2, $3) AND ${hasOne('answer', '$5')}
  ORDER BY owner, idempotency_key LIMIT $4`;

const REPLACE_ANSWERS = `UPDATE pipeline.answers SET answer = r.answer
  FROM json_to_recordset($2::json) AS r (owner text, key text, answer text)
  WHERE tenant_id = $1 AND answers.owner = r.owner AND idempotency_key = r.key`;

/** Responses that are read at a time. */
const STEP = 2000;
/** The database searches texts for this many ids; for more it is faster to read all texts and look for ids in them. */
const MAX_SEARCHED = 20;

/** Erases them, contacts with all their conversations. Clients receive one `reset`, or nothing if nothing was stored. */
export async function forget(write: WriteContext, query: Forgotten): Promise<void> {
  const { tx, tenant, batch, journal } = write;
  const contactIds = [...query.contactIds];
  const ofContacts = contactIds.length ? await tx.query<{ id: Id }>(OF_CONTACTS, [tenant, contactIds]) : [];
  const conversationIds = [...new Set([...query.conversationIds, ...ofContacts.map(({ id }) => id)])];
  const forgotten = { conversationIds: new Set(conversationIds), contactIds: query.contactIds };

  const counters = new CounterChanges();
  const changes = [...(await readRows(write, conversationIds)).values()].map((before) => ({
    before,
    after: undefined,
  }));
  for (const { before } of changes) {
    const key = before.statusId ?? '';
    counters.add('conversation', key, [key], -1);
  }
  await updateContacts(write, changes, counters);
  counters.save(write);
  batch.addLater(REMOVE, [tenant, conversationIds]);
  removeContacts(write, contactIds);
  removeHistory(write, conversationIds);
  await eraseAnswers(write, forgotten);

  if (changes.length || (await isInChanges(write, forgotten))) journal.startOver();
}

/** Unknown ids can be in changes: a contact whose conversations were moved away from it. */
async function isInChanges({ tx, tenant }: WriteContext, forgotten: Forgotten): Promise<boolean> {
  const rows = await tx.query<{ record: string }>(CHANGES, [tenant, searched(forgotten)]);
  return rows.some(({ record }) => mentions(JSON.parse(record), forgotten));
}

/** The ids as they are in JSON, to search for; `null` if there are too many. */
function searched({ conversationIds, contactIds }: Forgotten): string[] | null {
  const ids = [...conversationIds, ...contactIds];
  return ids.length > MAX_SEARCHED ? null : ids.map((id) => JSON.stringify(id).slice(1, -1));
}

/** Takes what is forgotten out of the responses that are kept for repeated requests. */
async function eraseAnswers({ tx, tenant, batch }: WriteContext, forgotten: Forgotten): Promise<void> {
  for (let last = ['', '']; ;) {
    const rows = await tx.query<{ owner: string; key: string; answer: string }>(ANSWERS, [
      ...[tenant, ...last, STEP],
      searched(forgotten),
    ]);
    const erased = rows.flatMap(({ owner, key, answer }) => {
      const next = withoutForgotten(JSON.parse(answer) as Answer, forgotten);
      return next ? [{ owner, key, answer: JSON.stringify(next) }] : [];
    });
    if (erased.length) batch.addLater(REPLACE_ANSWERS, [tenant, JSON.stringify(erased)]);
    const end = rows.at(-1);
    if (!end || rows.length < STEP) return;
    last = [end.owner, end.key];
  }
}

/**
 * The response without what is forgotten; `undefined` if there is nothing of it. A response about it alone becomes a
 * refusal, so that a late copy of its request does not bring back what was erased.
 */
function withoutForgotten(answer: Answer, forgotten: Forgotten): Answer | undefined {
  if (!mentions(answer.body, forgotten)) return undefined;
  const { results } = answer.body as { results?: unknown };
  const rest = Array.isArray(results) ? results.filter((result) => !mentions(result, forgotten)) : [];
  return rest.length ? { ...answer, body: { results: rest } } : errorAnswer(forgottenError());
}
