// Package activities does what workflows ask of the world: it reads and writes
// the database, waits for recordings, encodes, publishes, records streams and
// reads chats. One struct holds one collaborator's dependencies; the package
// task holds the contract.
//
// Each activity does one external thing and may be tried again at any moment,
// also while a former attempt is believed to live. Those that last heartbeat,
// end when they are cancelled, and hand themselves over at once when the worker
// stops. They return typed errors: whether a failure is final is decided here,
// where it happens. They decide nothing about what comes next; that is the
// workflow's.
package activities
