// Package workers connects workflows and activities to Temporal: which worker
// registers what on which task queue and does how much at a time; what has to
// exist on the server, namespaces, search attributes and schedules; and how the
// data plane and a fresh process speak to the server.
//
// The same constructors serve the program that brings its own server and the
// one that meets a server that exists; nothing here asks which of the two it is
// in, and nothing here decides what a workflow does.
package workers
