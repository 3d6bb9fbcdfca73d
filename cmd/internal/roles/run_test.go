package roles

import (
	"context"
	"errors"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// diary collects what roles did, in order.
type diary chan string

func (d diary) read() []string {
	close(d)
	var lines []string
	for line := range d {
		lines = append(lines, line)
	}
	return lines
}

// patient is a role that says when it runs and works until it is told to stop.
func patient(name string, d diary, running chan<- string) Role {
	return Role{name, func(ctx context.Context, _ Parts) error {
		running <- name
		<-ctx.Done()
		d <- name + " stopped"
		return ctx.Err()
	}}
}

func parts() Parts { return Parts{Log: zerolog.Nop()} }

func TestRolesStopOneAfterTheOtherInTheirOrder(t *testing.T) {
	t.Parallel()
	d, running := make(diary, 3), make(chan string, 3)
	var chosen []Role
	for _, role := range All {
		chosen = append(chosen, patient(role.Name, d, running))
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, parts(), chosen) }()
	for range chosen {
		<-running
	}
	stop()
	require.NoError(t, <-done, "being told to stop is no failure")
	require.Equal(t, []string{"ingest stopped", "worker stopped", "serve stopped"}, d.read())
}

func TestTheNextRoleStopsOnlyWhenTheOneBeforeHasEnded(t *testing.T) {
	t.Parallel()
	running, told, release := make(chan string, 2), make(chan struct{}), make(chan struct{})
	d := make(diary, 2)
	slow := Role{"ingest", func(ctx context.Context, _ Parts) error {
		running <- "ingest"
		<-ctx.Done()
		close(told)
		<-release
		d <- "ingest stopped"
		return nil
	}}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, parts(), []Role{slow, patient("worker", d, running)}) }()
	<-running
	<-running
	stop()
	<-told
	require.Empty(t, d, "the worker goes on while ingest still hands its work back")
	close(release)
	require.NoError(t, <-done)
	require.Equal(t, []string{"ingest stopped", "worker stopped"}, d.read())
}

func TestARoleThatFailsStopsTheOthersAndIsNamed(t *testing.T) {
	t.Parallel()
	broken := errors.New("no room left")
	for name, c := range map[string]struct {
		end  func(context.Context, Parts) error
		want string
	}{
		"by an error":                        {func(context.Context, Parts) error { return broken }, "worker: no room left"},
		"by ending without being told to":    {func(context.Context, Parts) error { return nil }, "worker ended by itself"},
		"by a cancellation that is not ours": {func(context.Context, Parts) error { return context.Canceled }, "worker: context canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, running, fail := make(diary, 2), make(chan string, 2), make(chan struct{})
			worker := Role{"worker", func(ctx context.Context, p Parts) error {
				<-fail
				return c.end(ctx, p)
			}}
			done := make(chan error, 1)
			go func() {
				done <- Run(t.Context(), parts(), []Role{patient("ingest", d, running), worker, patient("serve", d, running)})
			}()
			<-running
			<-running
			close(fail)
			require.EqualError(t, <-done, c.want)
			require.Equal(t, []string{"ingest stopped", "serve stopped"}, d.read())
		})
	}
}

func TestAFailureWhileStoppingIsReported(t *testing.T) {
	t.Parallel()
	running := make(chan string, 1)
	worker := Role{"worker", func(ctx context.Context, _ Parts) error {
		running <- "worker"
		<-ctx.Done()
		return errors.New("the last snapshot was not written")
	}}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, parts(), []Role{worker}) }()
	<-running
	stop()
	require.EqualError(t, <-done, "worker: the last snapshot was not written")
}

func TestRolesAreChosenByNameInTheOrderOfStopping(t *testing.T) {
	t.Parallel()
	chosen, err := Named([]string{"serve", "worker", "serve", "ingest"})
	require.NoError(t, err)
	require.Equal(t, "ingest, worker, serve", Names(chosen))
	_, err = Named([]string{"worker", "cook"})
	require.EqualError(t, err, `"cook" is not a role: choose from ingest, worker and serve`)
	_, err = Named(nil)
	require.EqualError(t, err, "name at least one role: ingest, worker or serve")
}
