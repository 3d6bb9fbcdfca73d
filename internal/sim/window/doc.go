// Package window counts what happened within the last span of time, by key: the
// kind of limit that simulated platforms put on accounts.
//
// It knows no clock and no platform.
package window
