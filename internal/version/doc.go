// Package version says which StreamSuites this is: its semantic version, its
// build and the commit that it was built from.
//
// It is the only place that knows them, and it must not do anything else: no
// I/O, no imports of this module.
package version
