package pgserver

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/standalone/ports"
)

const (
	// firstRestart and lastRestart bound the pause before a server that ended is
	// started again; it doubles from one failure to the next.
	firstRestart = 100 * time.Millisecond
	lastRestart  = 10 * time.Second
	// steady is how long a server has to run before the next end counts as the
	// first one again.
	steady = time.Minute
)

// Observer is told what happens to a kept server. It is called from one goroutine
// and should be quick.
type Observer struct {
	// Ended is called when the server has ended by itself, with the reason, and
	// for each start that failed after that. It is started again after the pause.
	Ended func(err error, pause time.Duration)
	// Back is called when it runs again, with how long it was away.
	Back func(away time.Duration)
}

// Keeper keeps a cluster's server running: one that ends by itself, because it was
// killed or its disk was full, is started again on the same port, for as long as
// it takes. Nothing is ever made anew: without its data directory it fails.
type Keeper struct {
	options  Options
	observer Observer
	stopping context.Context
	stop     context.CancelFunc
	done     chan struct{}

	mu     sync.Mutex
	server *Server
	err    error // why it cannot be kept, once done is closed
}

// Keep starts the server as Start does and keeps it running until Stop.
func Keep(ctx context.Context, opts Options, observer Observer) (*Keeper, error) {
	server, err := Start(ctx, opts)
	if err != nil {
		return nil, err
	}
	opts.Port = server.Port()
	k := &Keeper{options: opts, observer: observer, server: server, done: make(chan struct{})}
	k.stopping, k.stop = context.WithCancel(context.WithoutCancel(ctx))
	go k.keep(server)
	return k, nil
}

// Server is the server that runs now, or the last one that did. Its address, user
// and password are those of all of them.
func (k *Keeper) Server() *Server {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.server
}

// Done is closed when the server is no longer kept: after Stop, or when it can
// never run again.
func (k *Keeper) Done() <-chan struct{} { return k.done }

// Err says why the server can never run again: a *DataDirError or a
// *BinariesError. It is nil until Done is closed and after Stop.
func (k *Keeper) Err() error {
	select {
	case <-k.done:
		return k.err
	default:
		return nil
	}
}

// Stop takes the server down as Server.Stop does, and for good.
func (k *Keeper) Stop(ctx context.Context) error {
	k.stop()
	if server := k.Server(); server != nil {
		if err := server.Stop(ctx); err != nil {
			return err
		}
	}
	select {
	case <-k.done: // a start that was under way has been taken back
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (k *Keeper) keep(server *Server) {
	defer close(k.done)
	pause := firstRestart
	for {
		began := time.Now()
		select {
		case <-server.Done():
		case <-k.stopping.Done():
			return
		}
		ended := time.Now()
		if k.stopping.Err() != nil {
			return
		}
		if ended.Sub(began) >= steady {
			pause = firstRestart
		}
		cause := server.Err()
		if cause == nil {
			cause = &ExitError{Err: errors.New("exit code 0"), Output: server.output.last()}
		}
		var err error
		if server, err = k.restart(server.cluster, cause, &pause); err != nil {
			k.err = err
			return
		}
		if server == nil {
			return // told to stop
		}
		k.observer.Back(time.Since(ended))
	}
}

// restart tries until the server runs, nil when it was told to stop. The error is
// one that no further try would mend.
func (k *Keeper) restart(c *cluster, cause error, pause *time.Duration) (*Server, error) {
	for {
		k.observer.Ended(cause, *pause)
		timer := time.NewTimer(*pause)
		select {
		case <-timer.C:
		case <-k.stopping.Done():
			timer.Stop()
			return nil, nil
		}
		*pause = min(2**pause, lastRestart)
		server, err := c.relaunch(k.stopping, k.options)
		switch {
		case err == nil:
			if !k.adopt(server) {
				return nil, nil
			}
			return server, nil
		case k.stopping.Err() != nil:
			return nil, nil
		case hopeless(err):
			return nil, err
		}
		cause = err
	}
}

// adopt makes a started server the one that runs; false when Stop came first, and
// the server is taken down again.
func (k *Keeper) adopt(server *Server) bool {
	k.mu.Lock()
	k.server = server
	k.mu.Unlock()
	if k.stopping.Err() == nil {
		return true
	}
	_ = server.Stop(context.WithoutCancel(k.stopping)) // it dies with this process in any case
	return false
}

// hopeless tells what a person has to mend. A full disk or a taken port passes.
func hopeless(err error) bool {
	var folder *DataDirError
	var binaries *BinariesError
	return errors.As(err, &folder) || errors.As(err, &binaries)
}

// relaunch starts the server of a cluster that exists on the port in opts.
func (c *cluster) relaunch(ctx context.Context, opts Options) (*Server, error) {
	major, err := c.major()
	if err != nil {
		return nil, err
	}
	if major == 0 {
		return nil, &DataDirError{Path: c.data(), Problem: "it was there, and is gone or empty"}
	}
	if err := c.clear(ctx, opts.Log); err != nil {
		return nil, err
	}
	server, err := c.launch(ctx, opts, opts.Port)
	exit := (*ExitError)(nil)
	if errors.As(err, &exit) && ports.Taken(opts.Port) {
		return nil, errors.Join(&PortError{Port: opts.Port}, err)
	}
	return server, err
}
