// Stores chat in Postgres: INSERTs of 500 rows each, at most four of them at a time.

export const BATCH = 500;
export const IN_FLIGHT = 4;

// How long rows wait for a batch to fill up while nothing else is being stored.
const LINGER_MS = 20;

export const COLUMNS = [
  'day', 'platform', 'message_id', 'creator_id', 'lane_seq', 'channel', 'author_id', 'author_login', 'author_name',
  'roles', 'text', 'reply_to', 'shared_from', 'self', 'sent_at', 'received_at', 'kind', 'amount', 'unit',
];

// insert makes the statement for so many rows.
export function insert(rows) {
  let n = 0;
  const tuple = () => `(${COLUMNS.map(() => `$${++n}`).join(',')})`;
  return `INSERT INTO chat_events (${COLUMNS.join(',')}) VALUES ${Array.from({ length: rows }, tuple).join(',')}`;
}

const FULL = { name: 'chat', text: insert(BATCH) }; // prepared once a connection

export class ChatLog {
  #values = []; // of the rows that wait, one after the other
  #inFlight = 0;
  #timer = null;

  // pool is where to store. pause and resume stop and go on with what calls add.
  // stored is told how many rows were stored. failed is told of an error.
  constructor(pool, { pause, resume, stored, failed }) {
    this.pool = pool;
    this.pause = pause;
    this.resume = resume;
    this.stored = stored;
    this.failed = failed;
  }

  // add stores a row, its values in the order of the columns.
  add(...row) {
    this.#values.push(...row);
    if (this.#values.length >= BATCH * COLUMNS.length) this.#begin();
    else this.#timer ??= setTimeout(() => { this.#timer = null; this.#begin(); }, LINGER_MS);
  }

  // #begin stores what waits, as far as it may: a batch that is not full only when
  // nothing else is under way.
  #begin() {
    const full = BATCH * COLUMNS.length;
    while (this.#inFlight < IN_FLIGHT && this.#values.length > 0) {
      if (this.#values.length < full && this.#inFlight > 0) break;
      this.#store(this.#values.splice(0, full));
    }
    if (this.#inFlight === IN_FLIGHT) this.pause();
  }

  async #store(values) {
    this.#inFlight++;
    const rows = values.length / COLUMNS.length;
    try {
      await this.pool.query(rows === BATCH ? { ...FULL, values } : { text: insert(rows), values });
      this.stored(rows);
    } catch (err) {
      this.failed(err);
    }
    this.#inFlight--;
    this.#begin();
    if (this.#inFlight < IN_FLIGHT) this.resume();
  }
}
