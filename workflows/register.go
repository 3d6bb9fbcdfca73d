package workflows

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/internal/control"
)

// RegisterControl registers the workflows of the main namespace, under names
// that stay when a Go function is renamed.
func RegisterControl(registry worker.WorkflowRegistry) {
	register(registry, control.WorkflowSupervisor, Supervisor)
	register(registry, control.WorkflowSession, CreatorSession)
	register(registry, control.WorkflowIngestShard, IngestShard)
	register(registry, control.WorkflowCapture, Capture)
	register(registry, control.WorkflowClip, Clip)
}

// RegisterHousekeeping registers the workflows of the system namespace.
func RegisterHousekeeping(registry worker.WorkflowRegistry) {
	register(registry, control.WorkflowSnapshot, SnapshotExport)
	register(registry, control.WorkflowQuotaReset, QuotaReset)
	register(registry, control.WorkflowRetention, Retention)
}

func register(registry worker.WorkflowRegistry, name string, fn any) {
	registry.RegisterWorkflowWithOptions(fn, workflow.RegisterOptions{Name: name})
}
