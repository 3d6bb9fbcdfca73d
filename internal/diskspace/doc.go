// Package diskspace tells how much room a folder's disk has, and decides who
// gives way first when it runs out: copies of exports, then clips, then the
// recording, which makes room for itself; the database comes last.
//
// It looks and decides. It frees nothing and writes nothing.
package diskspace
