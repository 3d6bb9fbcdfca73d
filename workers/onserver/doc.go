// Package onserver holds the tests of workers and workflows against a real
// server: a private Postgres and the embedded Temporal, real activities, and
// collaborators that answer as told. With -update the histories of their
// workflows become the recordings that package workflows replays.
//
// It holds no code of the program. The tests have a package of their own
// because they link the server.
package onserver
