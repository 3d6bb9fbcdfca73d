// Package keep holds what a simulator must still know after it was killed: one
// document that is replaced whole, and a journal that only grows and is
// compacted to its newest entries.
//
// Both hand their bytes to the operating system before they return, so that an
// answer given afterwards is never forgotten by a killed process. The package
// does not protect one file against two processes.
package keep
