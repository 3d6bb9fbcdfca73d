// Package pgserver runs a private PostgreSQL from the binaries that are
// installed on the machine: it creates the cluster once, starts it on loopback
// with a password of its own, and takes it down again.
//
// The cluster belongs to one state directory and to one process, which holds the
// lock of that directory before it comes here. The package never touches any
// other cluster of the machine, never listens beyond loopback and never changes
// permissions of a folder that it did not make.
package pgserver
