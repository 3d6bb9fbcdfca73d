// Package quota holds the rules of daily quotas: when a platform's day begins and
// ends, what a call costs, when a day is used up and when somebody has to be warned.
//
// It is pure: no clock, no database, no network. What was used is kept by
// internal/store, and units are reserved by whoever makes the calls.
package quota
