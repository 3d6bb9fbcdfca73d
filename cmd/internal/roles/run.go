package roles

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/workers"
)

// Role is a part of the runtime that can run in a process of its own.
type Role struct {
	Name string
	run  func(context.Context, Parts) error
}

// All are the roles, in the order in which they stop: first nothing new comes
// in, then the work is handed back, and readers are served to the end.
var All = []Role{{"ingest", Ingest}, {"worker", Worker}, {"serve", Serve}}

// Named returns the roles of those names, in the order of All.
func Named(names []string) ([]Role, error) {
	var chosen []Role
	for _, role := range All {
		if slices.Contains(names, role.Name) {
			chosen = append(chosen, role)
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(All, func(r Role) bool { return r.Name == name }) {
			return nil, fmt.Errorf("%q is not a role: choose from ingest, worker and serve", name)
		}
	}
	if len(chosen) == 0 {
		return nil, errors.New("name at least one role: ingest, worker or serve")
	}
	return chosen, nil
}

// Names joins the names of roles for messages.
func Names(chosen []Role) string {
	names := make([]string, len(chosen))
	for i, role := range chosen {
		names[i] = role.Name
	}
	return strings.Join(names, ", ")
}

// running is a role that has been started.
type running struct {
	Role
	stop context.CancelFunc
	err  chan error
}

// orderly is how long a role that stops keeps the next one waiting. It has done
// what the next one should see long before, unless what it needs does not answer.
const orderly = 3 * time.Second

// Run runs the roles until ctx ends or one of them fails, and stops them one
// after the other.
func Run(ctx context.Context, p Parts, chosen []Role) error {
	workers.BoundCache()
	p, stopWatching := p.watchConfig(ctx)
	defer stopWatching()
	p.vault, p.logins = p.opensVault(ctx), newLoginsSeen()
	if p.Metrics != nil {
		if err := p.Metrics.ObserveLogins(p.loginFigures); err != nil {
			return err
		}
	}
	if p.Store != nil {
		noticing, stopNoticing := context.WithCancel(context.WithoutCancel(ctx))
		defer stopNoticing()
		go p.noticeLogins(noticing)
	}
	failed := make(chan error, len(chosen))
	started := make([]running, len(chosen))
	for i, role := range chosen {
		roleCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
		started[i] = running{role, stop, make(chan error, 1)}
		go func() {
			err := role.run(roleCtx, p)
			switch {
			case roleCtx.Err() != nil && errors.Is(err, context.Canceled):
				err = nil // it ended because it was told to
			case err != nil:
				err = fmt.Errorf("%s: %w", role.Name, err)
			case roleCtx.Err() == nil:
				err = fmt.Errorf("%s ended by itself", role.Name)
			}
			if roleCtx.Err() == nil {
				failed <- err
			}
			started[i].err <- err
		}()
	}
	var first error
	select {
	case <-ctx.Done():
	case first = <-failed:
		p.Log.Error().Err(first).Msg("a role failed, everything stops")
	}
	for _, role := range started {
		role.stop()
		moment := time.NewTimer(orderly)
		select {
		case err := <-role.err:
			role.err <- err
		case <-moment.C:
			p.Log.Warn().Str("role", role.Name).Msg("a role takes long to stop")
		}
		moment.Stop()
	}
	for _, role := range started {
		if err := <-role.err; err != nil && first == nil {
			first = err
		}
	}
	return first
}
