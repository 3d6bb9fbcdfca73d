// Package imports turns what other programs know about a channel's commands
// into definitions of triggers: the dashboard's drafts, Nightbot's custom
// commands and StreamElements' commands, as JSON or as CSV.
//
// It takes over what means the same here and says in remarks what does not. It
// does no I/O and asks no program for anything: callers hand it the text of a
// file.
package imports
