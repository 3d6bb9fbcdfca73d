package temporalserver

import (
	"fmt"

	"github.com/rs/zerolog"
)

// loopback is the only address that anything here listens on.
const loopback = "127.0.0.1"

// Names of the two databases beside the application's own.
const (
	mainDatabase       = "temporal"
	visibilityDatabase = "temporal_visibility"
)

// Options say where the server stores and listens.
type Options struct {
	// DatabaseURL is the address of any existing database of the PostgreSQL
	// server, such as postgres://user:password@127.0.0.1:5432/postgres. The
	// databases temporal and temporal_visibility are created beside it, so the
	// user must be allowed to create databases unless they exist.
	DatabaseURL string
	// FrontendPort is the port of the gRPC API on 127.0.0.1; 0 takes a free one.
	FrontendPort int
	// UIPort is the port of the web UI on 127.0.0.1; 0 takes a free one.
	UIPort int
	// MetricsPort serves the server's own Prometheus metrics at /metrics on
	// 127.0.0.1; 0, the normal case, collects none.
	MetricsPort int
	// Log gets the server's lines from the logger's own level on. Set it to
	// zerolog.WarnLevel unless the server itself is being examined.
	Log zerolog.Logger
}

// PortError says that a port the caller insists on is taken.
type PortError struct {
	// Use says what the port is for.
	Use string
	// Port is that port on 127.0.0.1.
	Port int
}

// Error implements error.
func (e *PortError) Error() string {
	return fmt.Sprintf("port %d on %s, for %s, is taken by another process: stop that process or let a free port be chosen", e.Port, loopback, e.Use)
}
