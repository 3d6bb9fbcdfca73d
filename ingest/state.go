package ingest

import (
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// StateOf is the state of decisions that a lane's rows describe: what a lane of
// that creator would go on from. It is for looking at; only a lane writes one down.
func StateOf(st store.LaneState) *trigger.State { return stateOf(st) }
