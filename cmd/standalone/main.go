// Command standalone runs everything on one machine: a private Postgres, the
// Temporal server with its web UI, and all roles; with --demo, simulated
// platforms, too.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // schedules follow the platforms' time zones, also where no zone files are installed
)

func main() { os.Exit(run()) }

// run is main without the exit, so that deferred work is done.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := newRoot().ExecuteContext(ctx); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "standalone:", err)
		return 1
	}
	return 0
}
