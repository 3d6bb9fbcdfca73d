package roles

import (
	"context"
	"sync"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/exports"
)

const (
	// serviceLook is how long what was found out about a service counts.
	serviceLook = 10 * time.Second
	// servicePatience is how long an answer may take: exports wait for it.
	servicePatience = time.Second
)

// temporalHealth is what a client of Temporal says about its server.
type temporalHealth interface {
	CheckHealth(ctx context.Context, request *client.CheckHealthRequest) (*client.CheckHealthResponse, error)
}

// serviceWatch looks at the services that the runtime stands on, besides the
// database, at most every few seconds.
type serviceWatch struct {
	temporal temporalHealth
	clock    func() time.Time

	mu     sync.Mutex
	looked time.Time
	found  []exports.ServiceState
}

func newServiceWatch(temporal temporalHealth) *serviceWatch {
	return &serviceWatch{temporal: temporal, clock: time.Now}
}

// states is how the services were at the last look.
func (w *serviceWatch) states() []exports.ServiceState {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := w.clock(); w.looked.IsZero() || now.Sub(w.looked) >= serviceLook {
		w.looked = now
		ctx, cancel := context.WithTimeout(context.Background(), servicePatience)
		defer cancel()
		_, err := w.temporal.CheckHealth(ctx, &client.CheckHealthRequest{})
		w.found = []exports.ServiceState{{ID: "temporal", Provider: "temporal", Type: "workflows", Connected: err == nil, Looked: now}}
	}
	return w.found
}
