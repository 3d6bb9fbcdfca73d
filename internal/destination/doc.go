// Package destination says what a place is to which clips are published, and in
// which ways publishing can fail. One folder holds one kind of place.
//
// A destination is asked again after every doubt, so publishing has to be
// idempotent: a clip that is there already, or that arrived although the answer
// was lost, is found again by its id and not published twice. It keeps no state
// of workflows and knows nothing about Temporal.
package destination
