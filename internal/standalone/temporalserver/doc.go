// Package temporalserver runs the Temporal server and its web UI inside this
// process, on loopback, with Postgres for storage. It is the only package that
// imports the server, which is large: everything else speaks to it as to any
// other Temporal, over the network.
//
// It must not register workflows, schedules or search attributes, and must not
// end the process: what the server considers fatal ends the Server, see Done.
package temporalserver
