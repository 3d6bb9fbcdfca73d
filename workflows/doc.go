// Package workflows holds the control plane's stories: what lasts longer than a
// moment, must survive, or somebody wants to watch, cancel or retry. One file
// holds one workflow, and each workflow's method run reads as its story.
//
// The code here is deterministic: it does no I/O, asks no clock but the
// workflow's, and imports domain types and names only. A change that alters the
// order of commands for histories that exist needs workflow.GetVersion; the
// replay tests over testdata/history notice when that was forgotten.
package workflows
