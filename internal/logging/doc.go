// Package logging sets up the program's log: pretty lines or JSON on standard
// error, JSON in a rotating file, and a redactor through which every byte goes,
// so that no secret value ever reaches a log.
//
// It must not know where secrets come from, and nothing in it is global: the
// logger is passed to whoever logs.
package logging
