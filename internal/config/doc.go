// Package config reads the configuration documents of a state directory and the
// environment, checks all of it against JSON Schemas of its own, and gives it
// back typed, with defaults filled in.
//
// Nothing stops at the first mistake: Load returns every problem at once, each
// with its file, JSON path, what was found and what is allowed. Only what
// leaves the runtime without a foundation is fatal (no tiers, a rate-limit
// file that is not JSON, a file of triggers that is there and not allowed);
// everything else is left out with a warning, and the rest runs.
//
// A Config never changes. Reload loads another one from the same place, and
// NeedsRestart says what of it a running process cannot take in; package watch
// does both when files change.
//
// The package only reads, but for WriteSample. It opens no connections, logs
// nothing and never puts a secret into a problem: secrets are of type Secret,
// which shows nothing of itself.
package config
