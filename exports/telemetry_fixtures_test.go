package exports

import (
	"context"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

// LatestRuntimeEvents implements Source.
func (r *rows) LatestRuntimeEvents(_ context.Context, limit int) ([]store.RuntimeEvent, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	events := someEvents().Events
	return events[max(0, len(events)-limit):], r.err
}

// ClipFailures implements Source.
func (r *rows) ClipFailures(context.Context, time.Time, int) ([]store.ClipFailure, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return nil, r.err
}

// event is one that happened seconds after noon.
func event(seconds float64, source string, severity store.Severity, creator, message string) store.RuntimeEvent {
	return store.RuntimeEvent{ID: int64(seconds * 1000), At: at(seconds), Source: source, Severity: severity, CreatorID: creator, Message: message}
}

func someEvents() EventsInput {
	clipEvent := event(6, "clips", store.SeverityInfo, "Qx7Zt2", "Clip a00001 queued: Otter parade - 02/01/26 clip by viewer77 [a00001]")
	clipEvent.ClipID = "a00001"
	failed := event(8, "clips", store.SeverityError, "Qx7Zt2", "Clip a00001 failed: The disk is full.")
	failed.ClipID = "a00001"
	return EventsInput{Now: at(60), Events: []store.RuntimeEvent{
		event(1, "twitch", store.SeverityInfo, "Qx7Zt2", "Reading the chat of marmot"),
		event(5, "hot_reload", store.SeverityError, "", "The changed configuration is not valid and the one before stays in force: system.json: $.jobs: found 7"),
		clipEvent,
		event(7, "twitch", store.SeverityWarning, "Qx7Zt2", "12 messages in the chat of marmot were lost from 12:00:05 UTC for 2s: queue full"),
		failed,
		event(7.5, "system", "loud", "", "Said <late>"),
	}}
}

func someErrors() ErrorsInput {
	return ErrorsInput{
		Now: at(60), Events: someEvents().Events,
		Statuses: []store.PlatformStatus{
			{CreatorID: "Qx7Zt2", Platform: chat.Twitch, Channel: "marmot", State: "needs_login", Error: "Login authentication failed", LastHeartbeat: at(58), UpdatedAt: at(58)},
			{CreatorID: "Ab3dE9", Platform: chat.Twitch, Channel: "heron", State: "live", LastHeartbeat: at(58), UpdatedAt: at(58)},
		},
		Failures: []store.ClipFailure{
			{ClipID: "a00002", CreatorID: "Qx7Zt2", Code: clip.DiskFull, Reason: "The disk is full: free some space and retry.", At: at(20)},
			{ClipID: "a00001", CreatorID: "Qx7Zt2", Code: clip.DiskFull, Reason: "The disk is full.", At: at(8)},
		},
	}
}

func someRates() RatesInput {
	return RatesInput{
		Now: at(60), Platforms: []string{"twitch", "youtube", "discord"},
		Minute:      map[string]Increase{"twitch": {77, 3, 2, 0}},
		FiveMinutes: map[string]Increase{"twitch": {380, 14, 12, 1}, "youtube": {5, 0, 0, 0}},
	}
}

func somePlatforms() PlatformsInput {
	s := someSettings()
	return PlatformsInput{s.Polling, s.Platforms, s.Since}
}
