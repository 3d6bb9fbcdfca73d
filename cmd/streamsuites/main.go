// Command streamsuites runs StreamSuites' roles against a Temporal and a
// Postgres that exist, and has every command of an operator.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // quota days follow the platform's time zone, also where no zone files are installed
)

func main() { os.Exit(run()) }

// run is main without the exit, so that tests can call it as a command.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := newRoot().ExecuteContext(ctx); err != nil {
		if !isSilent(err) {
			_, _ = fmt.Fprintln(os.Stderr, "streamsuites:", err)
		}
		return 1
	}
	return 0
}
