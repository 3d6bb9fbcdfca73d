// Package retry does what operators ask of clips that went wrong: it finds out
// on the Temporal server in which way a clip is stuck and sends what frees it,
// and it gives clips up for good.
//
// Everything it does can be done with Temporal's own tools as well; it saves its
// caller to know which of them fits. It asks workers and the server, and it
// writes to no database.
package retry
