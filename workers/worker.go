package workers

import (
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
)

const (
	// stopTimeout is how long a worker that stops waits for its activities to
	// hand themselves over.
	stopTimeout = 6 * time.Second

	// farewell is how much longer a worker may take to tell a server that answers
	// late, or not at all, that it stops.
	farewell = time.Second

	// heartbeatThrottle bounds how old a heartbeat may be when it is sent.
	heartbeatThrottle = 3 * time.Second
)

// Base is what all workers have in common.
type Base struct {
	// Client belongs to the namespace that the worker serves, and carries the
	// logger and the metrics handler.
	Client client.Client
	Log    zerolog.Logger

	// OnFatal is called when a worker cannot go on, for example because its
	// namespace is gone. It may be nil.
	OnFatal func(queue string, err error)

	// StopTimeout is how long activities may take to hand themselves over when
	// the worker stops; zero means 6 s.
	StopTimeout time.Duration
}

// cachedWorkflows is how many workflows a process keeps in memory between their
// tasks: the sessions of creators who are live and the clips that are made, not
// everybody's. One that is not kept is replayed when something happens to it, which
// takes some milliseconds.
const cachedWorkflows = 200

// BoundCache bounds how many workflows this process keeps in memory between
// their tasks. It has no effect once a worker has been started, be it one of
// Temporal's server in this process: the SDK has one cache a process.
func BoundCache() { worker.SetStickyWorkflowCacheSize(cachedWorkflows) }

// Worker serves one task queue.
type Worker struct {
	queue  string
	log    zerolog.Logger
	worker worker.Worker
	stop   time.Duration // how long a stop may take
}

// Queue is the task queue that the worker serves.
func (w *Worker) Queue() string { return w.queue }

// Registry is where further workflows and activities of the queue can be
// registered before the worker starts.
func (w *Worker) Registry() worker.Registry { return w.worker }

func (b Base) worker(queue string, options worker.Options) *Worker {
	log := b.Log.With().Str("queue", queue).Logger()
	options.WorkerStopTimeout = b.StopTimeout
	if options.WorkerStopTimeout <= 0 {
		options.WorkerStopTimeout = stopTimeout
	}
	if options.MaxHeartbeatThrottleInterval == 0 {
		options.MaxHeartbeatThrottleInterval = heartbeatThrottle
	}
	options.DefaultHeartbeatThrottleInterval = options.MaxHeartbeatThrottleInterval
	options.DisableRegistrationAliasing = true
	options.Interceptors = append(options.Interceptors, interceptor.WorkerInterceptor(&guard{}))
	options.OnFatalError = func(err error) {
		log.Error().Err(err).Msg("worker cannot go on")
		if b.OnFatal != nil {
			b.OnFatal(queue, err)
		}
	}
	return &Worker{queue: queue, log: log, worker: worker.New(b.Client, queue, options), stop: options.WorkerStopTimeout + farewell}
}

// Set is several workers that start and stop together.
type Set []*Worker

// Start starts the workers in order. When one does not start, those before it
// are stopped again.
func (s Set) Start() error {
	for i, w := range s {
		if err := w.worker.Start(); err != nil {
			s[:i].Stop()
			return fmt.Errorf("start the worker of queue %s: %w", w.queue, err)
		}
		w.log.Debug().Msg("worker started")
	}
	return nil
}

// Stop stops the workers side by side and returns when all have: activities
// hand themselves over at once. Those that do not, and a server that does not
// answer, are left behind after the stop timeout: the process is about to end.
func (s Set) Stop() {
	var all sync.WaitGroup
	for _, w := range s {
		all.Go(w.leave)
	}
	all.Wait()
}

func (w *Worker) leave() {
	stopped := make(chan struct{})
	go func() { w.worker.Stop(); close(stopped) }()
	limit := time.NewTimer(w.stop)
	defer limit.Stop()
	select {
	case <-stopped:
		w.log.Debug().Msg("worker stopped")
	case <-limit.C:
		w.log.Warn().Stringer("after", w.stop).Msg("the worker did not stop in time and is left behind")
	}
}
