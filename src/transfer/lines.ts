/** Splits text that arrives in pieces into lines. */
import { invalid } from '../model/errors.js';

type Chunk = Uint8Array | string;

/** Where a file comes from: what `exportPipeline` returns, `file.stream()`, `response.body`, a `Blob`, or the text itself. */
export type ImportSource = ReadableStream<Chunk> | AsyncIterable<Chunk> | Iterable<Chunk> | Blob | string;

/** Characters of one line. A longer one is not from an export. */
const MAX_LINE_LENGTH = 1_000_000;
/** How many lines are read before the page gets a turn. */
const LINES_AT_ONCE = 500;

/** The lines, without their line ends. A byte order mark at the beginning is ignored. Throws `invalid`. */
export async function* readLines(source: ImportSource): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let count = 0;
  let isFirst = true;
  for await (const chunk of chunksOf(source)) {
    const text = typeof chunk === 'string' ? chunk : decode(decoder, chunk);
    const lines = (rest + (isFirst ? text.replace(/^\uFEFF/, '') : text)).split('\n');
    isFirst &&= !text;
    rest = lines.pop()!;
    if (rest.length > MAX_LINE_LENGTH) throw invalid('line', `must have at most ${MAX_LINE_LENGTH} characters.`);
    for (const line of lines) {
      yield line;
      // Lines that are there already are read without waiting for anything, so the page would not respond.
      if (++count % LINES_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
    }
  }
  rest += decode(decoder);
  if (rest) yield rest;
}

function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw invalid('file', 'must be UTF-8 text.');
  }
}

/** Not every browser can iterate over a stream. */
async function* chunksOf(source: ImportSource): AsyncGenerator<Chunk, void> {
  if (typeof source === 'string') {
    yield source;
    return;
  }
  const stream = source instanceof Blob ? source.stream() : source;
  if (!('getReader' in stream)) {
    yield* stream;
    return;
  }
  const reader: ReadableStreamDefaultReader<Chunk> = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
