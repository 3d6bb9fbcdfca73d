// Stores chat in Postgres: INSERTs of 500 rows each, at most four of them at a time.

export const BATCH = 500;
export const IN_FLIGHT = 4;

// How long rows wait for a batch to fill up while nothing else is being stored.
const LINGER_MS = 20;

// The columns and their types.
export const COLUMNS = Object.entries({
  day: 'date', platform: 'text', message_id: 'text', creator_id: 'text', lane_seq: 'bigint', channel: 'text', author_id: 'text',
  author_login: 'text', author_name: 'text', roles: 'integer', text: 'text', reply_to: 'text', shared_from: 'text',
  self: 'boolean', sent_at: 'timestamptz', received_at: 'timestamptz', kind: 'text', amount: 'bigint', unit: 'text',
});

// Prepared once a connection. An array for each column needs 19 parameters, whatever
// the number of rows; a list of VALUES needs 9,500 and takes half as long again.
const INSERT = {
  name: 'chat',
  text: `INSERT INTO chat_events (${COLUMNS.map(([name]) => name).join(', ')})
    SELECT * FROM unnest(${COLUMNS.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ')})`,
};

const emptyBatch = () => COLUMNS.map(() => []);

export class ChatLog {
  #open = emptyBatch(); // being filled
  #full = []; // waiting for their turn
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
    for (let i = 0; i < row.length; i++) this.#open[i].push(row[i]);
    if (this.#open[0].length === BATCH) {
      this.#full.push(this.#open);
      this.#open = emptyBatch();
      this.#begin();
    } else {
      this.#timer ??= setTimeout(() => { this.#timer = null; this.#begin(); }, LINGER_MS);
    }
  }

  // #begin stores what waits, as far as it may: a batch that is not full only when
  // nothing else is under way.
  #begin() {
    while (this.#inFlight < IN_FLIGHT && this.#full.length > 0) this.#store(this.#full.shift());
    if (this.#inFlight === 0 && this.#open[0].length > 0) {
      this.#store(this.#open);
      this.#open = emptyBatch();
    }
    if (this.#inFlight === IN_FLIGHT) this.pause();
  }

  async #store(values) {
    this.#inFlight++;
    try {
      await this.pool.query({ ...INSERT, values });
      this.stored(values[0].length);
    } catch (err) {
      this.failed(err);
    }
    this.#inFlight--;
    this.#begin();
    if (this.#inFlight < IN_FLIGHT) this.resume();
  }
}
