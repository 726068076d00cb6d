// Reads a change stream, block by block.

/** Only ends a test that hangs. */
const HANG_MS = 180_000;

export class Events {
  #controller = new AbortController();
  #waiting = [];
  blocks = [];
  isOver = false;

  static async open(url, headers = {}) {
    const events = new Events();
    events.response = await fetch(url, { headers, signal: events.#controller.signal });
    if (events.response.status === 200) void events.#read();
    return events;
  }

  async #read() {
    let text = '';
    try {
      for await (const bytes of this.response.body) {
        text += Buffer.from(bytes).toString();
        const parts = text.split('\n\n');
        text = parts.pop();
        this.blocks.push(...parts.map(parse));
        for (const wake of this.#waiting.splice(0)) wake();
      }
    } catch {
      // The connection was cut off.
    }
    this.isOver = true;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** The changes so far: blocks that have an event name. */
  get changes() {
    return this.blocks.filter(({ event }) => event);
  }

  /** Waits until `check` holds for the changes. */
  async until(check, what = 'the change') {
    const end = performance.now() + HANG_MS;
    while (!check(this.changes, this)) {
      const left = end - performance.now();
      if (left < 0)
        throw new Error(`waited ${HANG_MS} ms for ${what}; received ${JSON.stringify(this.blocks.slice(-5))}`);
      await new Promise((resolve) => {
        this.#waiting.push(resolve);
        setTimeout(resolve, Math.min(left, 100));
      });
    }
    return this;
  }

  close() {
    this.#controller.abort();
  }
}

function parse(block) {
  const fields = {};
  for (const line of block.split('\n')) {
    const [name, ...value] = line.split(': ');
    fields[name] = value.join(': ');
  }
  if (fields.data !== undefined) fields.data = JSON.parse(fields.data);
  return fields;
}
