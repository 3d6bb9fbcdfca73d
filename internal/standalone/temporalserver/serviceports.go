package temporalserver

import (
	"fmt"

	"go.temporal.io/server/common/primitives"

	"github.com/streamsuites/streamsuites/internal/standalone/ports"
)

// choosePorts takes the frontend's port as given, if it is, and free ones for
// the services that only talk among themselves: those change at each start.
func choosePorts(frontend int) (servicePorts, error) {
	chosen := servicePorts{}
	if frontend != 0 {
		if ports.Taken(frontend) {
			return nil, &PortError{Use: "Temporal's gRPC API", Port: frontend}
		}
		chosen[primitives.FrontendService] = frontend
	}
	for _, service := range []primitives.ServiceName{
		primitives.FrontendService, primitives.HistoryService, primitives.MatchingService, primitives.WorkerService,
	} {
		if chosen[service] != 0 {
			continue
		}
		port, err := freeBesides(chosen)
		if err != nil {
			return nil, fmt.Errorf("choose a port for Temporal's %s service: %w", service, err)
		}
		chosen[service] = port
	}
	return chosen, nil
}

func freeBesides(chosen servicePorts) (int, error) {
	for {
		port, err := ports.Free()
		if err != nil || !chosen.has(port) {
			return port, err
		}
	}
}

func (p servicePorts) has(port int) bool {
	for _, taken := range p {
		if taken == port {
			return true
		}
	}
	return false
}
