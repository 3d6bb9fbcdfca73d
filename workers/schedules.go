package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/streamsuites/streamsuites/activities"
	"github.com/streamsuites/streamsuites/internal/control"
)

// EnsureSchedules creates the schedules, or brings those that exist to the
// present definition; whether one is paused stays its operator's decision. The
// client has to belong to control.SystemNamespace.
func EnsureSchedules(ctx context.Context, system client.Client) error {
	for _, options := range schedules() {
		if err := ensureSchedule(ctx, system.ScheduleClient(), options); err != nil {
			return fmt.Errorf("set up the schedule %s: %w", options.ID, err)
		}
	}
	return nil
}

func ensureSchedule(ctx context.Context, schedules client.ScheduleClient, options client.ScheduleOptions) error {
	_, err := schedules.Create(ctx, options)
	if err == nil || !errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		return err
	}
	return schedules.GetHandle(ctx, options.ID).Update(ctx, client.ScheduleUpdateOptions{
		DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			schedule := in.Description.Schedule
			schedule.Spec = &options.Spec
			schedule.Action = options.Action
			schedule.Policy = &client.SchedulePolicies{Overlap: options.Overlap, CatchupWindow: options.CatchupWindow}
			return &client.ScheduleUpdate{Schedule: &schedule}, nil
		},
	})
}

func schedules() []client.ScheduleOptions {
	return []client.ScheduleOptions{
		{
			ID:            control.ScheduleSnapshot,
			Spec:          client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: 30 * time.Second}}},
			Overlap:       enumspb.SCHEDULE_OVERLAP_POLICY_SKIP,
			CatchupWindow: 30 * time.Second, // a machine that slept does not write a day of snapshots
			Action:        action(control.ScheduleSnapshot, control.WorkflowSnapshot, "writes the exports that have changed"),
		},
		{
			ID: control.ScheduleQuotaReset,
			Spec: client.ScheduleSpec{
				Calendars:    []client.ScheduleCalendarSpec{{}}, // midnight
				TimeZoneName: activities.QuotaZone,
			},
			Overlap:       enumspb.SCHEDULE_OVERLAP_POLICY_BUFFER_ONE,
			CatchupWindow: 24 * time.Hour,
			Action:        action(control.ScheduleQuotaReset, control.WorkflowQuotaReset, "begins the platforms' quota day"),
		},
		{
			ID:            control.ScheduleRetention,
			Spec:          client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: time.Hour}}},
			Overlap:       enumspb.SCHEDULE_OVERLAP_POLICY_SKIP,
			CatchupWindow: time.Hour,
			Action:        action(control.ScheduleRetention, control.WorkflowRetention, "forgets what is older than its retention"),
		},
	}
}

func action(id, workflow, summary string) *client.ScheduleWorkflowAction {
	return &client.ScheduleWorkflowAction{
		ID: id, Workflow: workflow, TaskQueue: control.QueueExports, StaticSummary: summary,
	}
}
