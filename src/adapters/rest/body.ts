import { PipelineError } from '../../model/errors.js';
import type { Limit } from './limit.js';

/** Bytes of an answer that are read; a pipeline of 200 statuses is a tenth of it. */
export const MAX_BODY = 1_000_000;

/** The body as JSON. Throws `bad-response` for what is too big or no JSON; what the connection throws passes through. */
export async function readJson(response: Response, limit: Limit): Promise<unknown> {
  const text = await readText(response, limit);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new PipelineError('bad-response', 'The server answered with something that is not JSON.', { cause });
  }
}

async function readText(response: Response, limit: Limit): Promise<string> {
  if (Number(response.headers.get('content-length')) > MAX_BODY) {
    dismiss(response);
    throw tooBig();
  }
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await limit.race(reader.read());
      if (done) return text + decoder.decode();
      size += value.byteLength;
      if (size > MAX_BODY) throw tooBig();
      text += decoder.decode(value, { stream: true });
    }
  } catch (thrown) {
    reader.cancel().catch(() => undefined);
    throw thrown;
  }
}

function tooBig(): PipelineError {
  return new PipelineError('bad-response', `The server answered with more than ${MAX_BODY / 1e6} MB.`);
}

/** Lets go of an answer whose body nobody will read. */
export function dismiss(response: Response): void {
  response.body?.cancel().catch(() => undefined);
}
