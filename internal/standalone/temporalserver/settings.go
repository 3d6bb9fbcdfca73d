package temporalserver

import (
	"sync/atomic"
	"time"

	"go.temporal.io/server/common/dynamicconfig"
)

// settled is how long after the start everything that waits for namespaces has found
// them, with some to spare: the server looks every two seconds.
const settled = 10 * time.Second

// settings are the server's dynamic configuration. They change once.
type settings struct {
	begin, later dynamicconfig.StaticClient
	now          func() time.Time
	ready        atomic.Pointer[time.Time] // when the namespaces were there; nil before
}

func newSettings(now func() time.Time) *settings {
	return &settings{now: now, begin: tuning(), later: fixed(map[string]any{
		// Four services ask Postgres every two seconds by default, which is every sixth
		// of the statements of a runtime at rest. The server's own workers, which
		// schedules wait for, begin with that, so it is left alone at the start. What
		// is used by its name is found at once.
		"system.namespaceCacheRefreshInterval": "30s",
	})}
}

// started says that the namespaces are there.
func (s *settings) started() {
	now := s.now()
	s.ready.Store(&now)
}

// GetValue implements dynamicconfig.Client.
func (s *settings) GetValue(key dynamicconfig.Key) []dynamicconfig.ConstrainedValue {
	if later := s.later.GetValue(key); later != nil {
		if ready := s.ready.Load(); ready != nil && s.now().Sub(*ready) >= settled {
			return later
		}
	}
	return s.begin.GetValue(key)
}

// fixed returns the same slice for a key each time, which spares the server to
// convert its value again.
func fixed(settings map[string]any) dynamicconfig.StaticClient {
	c := dynamicconfig.StaticClient{}
	for name, value := range settings {
		c[dynamicconfig.MakeKey(name)] = []dynamicconfig.ConstrainedValue{{Value: value}}
	}
	return c
}
