package control

import (
	"fmt"
	"hash/fnv"
	"time"

	"go.temporal.io/sdk/temporal"
)

// Namespaces: people's work is in the main one, housekeeping in the other, so
// that the UI of the main namespace shows clips and not timers.
const (
	Namespace       = "default"
	SystemNamespace = "streamsuites-system"
)

// Task queues. Media work runs where the files are: see MediaQueue.
const (
	QueueControl = "control"
	QueueIngest  = "ingest"
	QueueCapture = "capture"
	QueueExports = "exports"
)

// MediaQueue is the task queue of the host that holds a capture's files. host
// is the id kept in that host's state directory.
func MediaQueue(host string) string { return "media@" + host }

// Workflow type names, registered explicitly so that a renamed Go function does
// not orphan a running workflow.
const (
	WorkflowSupervisor  = "Supervisor"
	WorkflowSession     = "CreatorSession"
	WorkflowIngestShard = "IngestShard"
	WorkflowCapture     = "Capture"
	WorkflowClip        = "Clip"
	WorkflowSnapshot    = "SnapshotExport"
	WorkflowQuotaReset  = "QuotaReset"
	WorkflowRetention   = "Retention"
)

// SupervisorID is the id of the one supervisor workflow.
const SupervisorID = "supervisor"

// SessionID is the workflow id of a creator's session.
func SessionID(creatorID string) string { return "session:" + creatorID }

// IngestShardID is the workflow id of an ingest shard.
func IngestShardID(shard int) string { return fmt.Sprintf("ingest:%d", shard) }

// CaptureID is the workflow id of one stream's capture.
func CaptureID(creatorID, streamID string) string {
	return "capture:" + creatorID + ":" + streamID
}

// ClipWorkflowID is the workflow id of a clip.
func ClipWorkflowID(clipID string) string { return "clip:" + clipID }

// Shards is how many ingest shards there are; it is part of the placement of
// every creator and never changes.
const Shards = 16

// How long a host may show no life until the shards it reads are another one's.
const (
	ShardTimeout = 15 * time.Second
	// ShardTimeoutAlone is for a process that reads alone. Nobody waits to take
	// over from it, and its successor frees the shards when it starts.
	ShardTimeoutAlone = time.Minute
)

// ShardOf returns the shard that a creator belongs to.
func ShardOf(creatorID string) int {
	h := fnv.New32a()
	h.Write([]byte(creatorID))
	return int(h.Sum32() % Shards)
}

// Search attributes.
var (
	AttrClipState          = temporal.NewSearchAttributeKeyKeyword("ClipState")
	AttrCreator            = temporal.NewSearchAttributeKeyKeyword("Creator")
	AttrPlatform           = temporal.NewSearchAttributeKeyKeyword("Platform")
	AttrDestinations       = temporal.NewSearchAttributeKeyKeywordList("Destinations")
	AttrFailedDestinations = temporal.NewSearchAttributeKeyKeywordList("FailedDestinations")
)

// Schedule ids.
const (
	ScheduleSnapshot   = "snapshot-export"
	ScheduleQuotaReset = "quota-reset"
	ScheduleRetention  = "retention"
)
