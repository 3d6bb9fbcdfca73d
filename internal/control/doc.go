// Package control names what the data plane and the control plane say to each
// other: workflow ids, task queues, signals and their payloads, search
// attributes.
//
// It is pure: it imports only domain packages and the SDK's types for search
// attributes, and does no I/O. Everything in it ends up in workflow histories,
// so it never holds a secret and old fields keep their names.
package control
