package control

import (
	"net/http"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

// listFaults tells what can fail, in which ways, and what is set to.
func (c *controller) listFaults(*http.Request) (any, error) {
	return map[string]any{"targets": c.faults.Targets(), "active": c.faults.Active()}, nil
}

// setFault turns one switch. Without times it strikes once.
func (c *controller) setFault(r *http.Request) (any, error) {
	wanted, err := decode[faults.Fault](r)
	if err != nil {
		return nil, err
	}
	if wanted.Times == 0 && wanted.Kind != faults.None {
		wanted.Times = 1
	}
	return wanted, c.faults.Set(wanted.Target, wanted.Kind, wanted.Times)
}
