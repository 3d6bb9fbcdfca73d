// Package source finds the address that a live broadcast can be recorded from:
// from the platform itself where it gives one, or from an installed program that
// knows platforms' pages (streamlink, yt-dlp).
//
// Addresses hold tokens. They are returned and kept nowhere: no error of this
// package holds one, nor anything that a program printed. Programs get their
// arguments as a list and never run through a shell. The package neither records
// nor decides when an address is to be asked for again.
package source
