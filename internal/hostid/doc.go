// Package hostid names the machine that a state directory is on. The name is in
// the task queue of work that has to run where the files are, so it must stay
// the same over restarts and differ between machines, also when a machine is
// renamed or cloned containers share one host name.
package hostid
