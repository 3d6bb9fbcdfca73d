package temporalserver

// queueWorkers is how many tasks of one kind the history service works off at the
// same time. Eight connections to the database serve them all.
const queueWorkers = 32

// sizes are the parts of the dynamic configuration that say how much the server
// prepares. Its defaults are meant for one host of a cluster: more than two thousand
// goroutines wait for tasks that never come in such numbers on one machine.
func sizes() map[string]any {
	return map[string]any{
		"history.timerProcessorSchedulerWorkerCount":       queueWorkers,
		"history.transferProcessorSchedulerWorkerCount":    queueWorkers,
		"history.visibilityProcessorSchedulerWorkerCount":  queueWorkers,
		"history.memoryTimerProcessorSchedulerWorkerCount": queueWorkers,
		// The state of a workflow to which nothing happens, as the session of a creator
		// who is offline, is read again when something does.
		"history.cacheTTL":             "5m",
		"history.cacheBackgroundEvict": map[string]any{"Enabled": true, "LoopInterval": "1m", "MaxEntryPerCall": 100},
		// There is no other cluster to replicate from.
		"history.ReplicationProcessorSchedulerWorkerCount":            1,
		"history.ReplicationLowPriorityProcessorSchedulerWorkerCount": 1,
	}
}
