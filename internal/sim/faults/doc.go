// Package faults holds the switches that make a simulator fail on purpose: for
// each target one kind of fault, and how many more times it strikes.
//
// A switch that was set is written down before it is reported as set, and
// counts down in the same way, so that a killed simulator goes on failing
// exactly as often as it was told to. What a kind means is the business of the
// simulator that asks; this package only counts.
package faults
