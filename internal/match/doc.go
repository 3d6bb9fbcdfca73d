// Package match finds words and patterns in chat messages.
//
// It folds text the way RE2's (?i) does, finds hundreds of words in one pass
// (Words), normalises the names of commands (Name), and runs patterns in RE2's
// syntax (Pattern), which are reached through the literals that every match of
// them holds (Literals).
//
// Words and names do not see ignorable characters: zero-width and format
// characters and variation selectors neither hide a word nor make one. Patterns
// see the text as it was written.
//
// The package decides nothing about triggers and does no I/O. What it compiles
// is read-only and may be shared.
package match
