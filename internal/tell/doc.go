// Package tell is the lock of something that tells a handler what becomes of it:
// what is to be told is noted under the lock and told, in order, after its release,
// so that a handler may call whoever told it.
//
// It knows nothing of what is told.
package tell
