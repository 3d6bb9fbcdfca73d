// Package disktest gives tests disks of their own: small ones that fill up, and ones
// that can be made read-only.
//
// It is for tests only, on Linux.
package disktest
