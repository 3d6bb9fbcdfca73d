// Package migrate turns configuration documents in older forms into those of
// today, without changing what they mean.
//
// New only reads and says what would become of each file, and why; Apply does it,
// with a copy of every file that changes. What cannot be read is left alone.
package migrate
