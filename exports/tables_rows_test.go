package exports

import (
	"context"
	"encoding/json"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// What the tables ask of a source that has nothing of it.

func (r *rows) LanesInForce(context.Context, []string) (map[string]store.LaneInForce, error) {
	return nil, nil
}
func (r *rows) SettingsOf(context.Context, map[string]string) (map[string]json.RawMessage, error) {
	return nil, nil
}
func (r *rows) AllTriggerOverlays(context.Context) (map[string][]store.Overlay, error) {
	return nil, nil
}
func (r *rows) LastFirings(context.Context, map[string][]string) (map[string]map[string]time.Time, error) {
	return nil, nil
}
func (r *rows) BudgetGrants(context.Context, time.Time) ([]store.BudgetGrant, error) { return nil, nil }
func (r *rows) UploadOutcomes(context.Context) ([]store.UploadOutcome, error)        { return nil, nil }
func (r *rows) ClipsRequested(context.Context, time.Time) (map[string]int, error)    { return nil, nil }
func (r *rows) LatestTriggerChanges(context.Context, int) ([]store.AuditedChange, error) {
	return nil, nil
}
func (r *rows) LatestOperatorRequests(context.Context, int) ([]store.OperatorRequest, error) {
	return nil, nil
}
func (r *rows) Reloads(context.Context) ([]store.Reload, error) { return nil, nil }
func (r *rows) LatestFirings(context.Context, int) ([]store.Firing, error) {
	return nil, nil
}
func (r *rows) CountRecorded(context.Context, map[string]int64, int) ([]store.RecordedChat, error) {
	return nil, nil
}
func (r *rows) LatestMessages(context.Context, []string, int) ([]store.Event, error) { return nil, nil }
