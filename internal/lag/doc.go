// Package lag counts how long things took in a fixed number of buckets, so that
// counts of many hosts and commits add up to one distribution.
//
// It must not know what was measured, nor keep single values.
package lag
