package workers

import (
	"time"

	"go.temporal.io/sdk/worker"

	"github.com/streamsuites/streamsuites/activities"
	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/workflows"
)

const (
	workflowTasks = 8   // decisions made at a time; each takes milliseconds
	shortTasks    = 16  // activities that ask the database
	capturesLimit = 100 // streams recorded by one host
	mediaLimit    = 200 // clips being waited for, encoded or published; encoders are limited apart

	// shardThrottle is less than the time between two beats that a shard passes on, so
	// that each of them is sent at once.
	shardThrottle = 5 * time.Second
)

// Control returns the worker that runs the workflows of the main namespace and
// the activities that ask the database on their behalf.
func Control(b Base, record *activities.ClipRecord, locate *activities.Locate) *Worker {
	w := b.worker(control.QueueControl, worker.Options{
		MaxConcurrentWorkflowTaskExecutionSize:  workflowTasks,
		MaxConcurrentActivityExecutionSize:      shortTasks,
		MaxConcurrentLocalActivityExecutionSize: shortTasks,
	})
	workflows.RegisterControl(w.worker)
	task.Register(w.worker, task.Record, record.Record)
	task.Register(w.worker, task.Note, record.Note)
	task.Register(w.worker, task.Locate, locate.Locate)
	return w
}

// Ingest returns the worker that runs chat shards, all of them if need be.
func Ingest(b Base, ingest *activities.Ingest) *Worker {
	w := b.worker(control.QueueIngest, worker.Options{
		DisableWorkflowWorker: true,
		// An attempt that the server has given up goes on beside its successor for
		// a moment.
		MaxConcurrentActivityExecutionSize: 2 * control.Shards,
		// The server may still hand a shard to the poll of a process that stands
		// still, and notices only when its heartbeat is missing: with one poll a
		// process that happens once.
		MaxConcurrentActivityTaskPollers: 1,
		MaxHeartbeatThrottleInterval:     shardThrottle,
	})
	task.Register(w.worker, task.Ingest, ingest.Run)
	return w
}

// Capture returns the worker that records streams.
func Capture(b Base, capture *activities.Capture) *Worker {
	w := b.worker(control.QueueCapture, worker.Options{
		DisableWorkflowWorker:              true,
		MaxConcurrentActivityExecutionSize: capturesLimit,
		MaxConcurrentActivityTaskPollers:   1, // as for shards: nobody records meanwhile
	})
	task.Register(w.worker, task.Capture, capture.Run)
	return w
}

// Media returns the worker that works on the files of this host. host is the id
// kept in the state directory.
func Media(b Base, host string, media *activities.Media, upload *activities.Upload) *Worker {
	w := b.worker(control.MediaQueue(host), worker.Options{
		DisableWorkflowWorker:              true,
		MaxConcurrentActivityExecutionSize: mediaLimit,
	})
	task.Register(w.worker, task.Await, media.Await)
	task.Register(w.worker, task.Encode, media.Encode)
	task.Register(w.worker, task.Upload, upload.Upload)
	return w
}

// Exports returns the worker of the system namespace: exports and housekeeping.
// The client of b has to belong to control.SystemNamespace.
func Exports(b Base, exports *activities.Exports, housekeeping *activities.Housekeeping) *Worker {
	w := b.worker(control.QueueExports, worker.Options{
		MaxConcurrentWorkflowTaskExecutionSize: 2,
		MaxConcurrentActivityExecutionSize:     2,
	})
	workflows.RegisterHousekeeping(w.worker)
	task.Register(w.worker, task.Snapshot, exports.Snapshot)
	task.Register(w.worker, task.Reset, housekeeping.Reset)
	task.Register(w.worker, task.Retain, housekeeping.Retain)
	return w
}
