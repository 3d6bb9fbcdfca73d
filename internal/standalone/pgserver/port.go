package pgserver

import (
	"fmt"

	"github.com/streamsuites/streamsuites/internal/standalone/ports"
)

// choosePort returns the port for an attempt to start: the fixed one, the
// preferred one at first if it is free, or any.
func choosePort(opts Options, attempt int) (int, error) {
	if opts.Port != 0 {
		if ports.Taken(opts.Port) {
			return 0, &PortError{Port: opts.Port}
		}
		return opts.Port, nil
	}
	if opts.PreferredPort != 0 && attempt == 1 && !ports.Taken(opts.PreferredPort) {
		return opts.PreferredPort, nil
	}
	port, err := ports.Free()
	if err != nil {
		return 0, fmt.Errorf("find a port for PostgreSQL: %w", err)
	}
	return port, nil
}
