// Package livefeed is chat as it is shown while it happens: the line that
// watchers get of an event, its form on the way from the process that reads chat
// to those that show it, and the screen that strikes out what moderators took
// away.
//
// It does no I/O and keeps nothing beyond the newest lines of a screen. What is
// in a line comes from anybody: whoever shows one has to treat it as text.
package livefeed
