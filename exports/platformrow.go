package exports

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

type platformRow struct {
	Name             string     `json:"name"`
	Platform         string     `json:"platform"`
	Enabled          bool       `json:"enabled"`
	Paused           bool       `json:"paused"`
	TelemetryEnabled bool       `json:"telemetry_enabled"`
	State            string     `json:"state"`
	Status           string     `json:"status"`
	PausedReason     *string    `json:"paused_reason"`
	LastHeartbeat    *instant   `json:"last_heartbeat"`
	LastSuccess      *instant   `json:"last_success_ts"`
	LastEvent        *instant   `json:"last_event_ts"`
	Error            *string    `json:"error"`
	Counters         counterRow `json:"counters"`
	ReplaySupported  bool       `json:"replay_supported"`
	OverlaySupported bool       `json:"overlay_supported"`
}

type counterRow struct {
	Messages      int32 `json:"messages"`
	Triggers      int32 `json:"triggers"`
	Actions       int32 `json:"actions"`
	ActionsFailed int32 `json:"actions_failed"`
}

// Status words of the snapshot.
const (
	statusRunning    = "running"
	statusConnecting = "connecting"
	statusError      = "error"
	statusPaused     = "paused"
	statusDisabled   = "disabled"
	statusInactive   = "inactive"
)

func platformRowOf(p PlatformSettings, in SnapshotInput) platformRow {
	disabled, paused := p.State == string(config.Disabled), p.State == string(config.Paused)
	row := platformRow{
		Name: p.Name, Platform: p.Name, State: p.State, Enabled: !disabled, Paused: paused,
		TelemetryEnabled: p.Telemetry && !disabled,
		ReplaySupported:  p.Replay && !paused, OverlaySupported: p.Overlay && !paused,
		Counters: sumCounters(in.Counters, p.Name),
	}
	own := aggregate(in, p.Name)
	if row.TelemetryEnabled {
		row.LastHeartbeat, row.LastSuccess = notAfter(own.heartbeat, in.Now), notAfter(own.success, in.Now)
		row.LastEvent = notAfter(lastEvent(in.Counters, p.Name), in.Now)
	}
	switch {
	case disabled:
		row.Status = statusDisabled
	case paused:
		row.Status, row.PausedReason = statusPaused, textOrNull(plain(p.PausedReason, 300))
	case in.Final:
		row.Status = statusInactive
	default:
		row.Status, row.Error = own.status, textOrNull(plain(own.trouble, 500))
		if p.Error != "" && own.status != statusRunning {
			row.Status, row.Error = statusError, textOrNull(plain(p.Error, 500))
		}
		if row.Status == statusPaused {
			row.pause(own.waits)
		}
	}
	return row
}

// pause shows a platform of which everything waits as readers know it from one that
// somebody paused: only then they look at the reason.
func (r *platformRow) pause(reason string) {
	r.State, r.Paused, r.Error = string(config.Paused), true, nil
	r.PausedReason = textOrNull(or(plain(reason, 300), "the platform makes the runtime wait"))
	r.ReplaySupported, r.OverlaySupported = false, false
}

// platformSummary is what the connections of all creators to one platform come
// to.
type platformSummary struct {
	status, trouble    string
	waits              string // why the first of the connections that wait does so
	heartbeat, success time.Time
}

// aggregate sums the connections up: one that works makes the platform running,
// whatever is wrong with another, whose error is shown beside it.
func aggregate(in SnapshotInput, platform string) platformSummary {
	sum := platformSummary{status: statusInactive}
	for _, st := range in.Statuses {
		if string(st.Platform) != platform {
			continue
		}
		sum.heartbeat, sum.success = newest(sum.heartbeat, st.LastHeartbeat), newest(sum.success, st.LastSuccess)
		status := connectionStatus(st, in.Now)
		if rank(status) > rank(sum.status) {
			sum.status = status
		}
		if status == statusPaused && sum.waits == "" {
			sum.waits = waitsFor(st)
		}
		if st.Error != "" && sum.trouble == "" && !silent(st, in.Now) {
			sum.trouble = st.CreatorID + ": " + st.Error
		}
	}
	return sum
}

// waitsFor says why a connection waits.
func waitsFor(st store.PlatformStatus) string {
	if st.State == connection.Quota {
		return st.CreatorID + " waits for the platform's quota: " + or(st.Error, "it is used up")
	}
	return st.CreatorID + ": " + or(st.Error, "paused")
}

// connectionStatus maps the state of one connection to the snapshot's words.
func connectionStatus(st store.PlatformStatus, now time.Time) string {
	if silent(st, now) {
		return statusInactive
	}
	switch st.State {
	case connection.Live, connection.Silent, connection.Degraded:
		return statusRunning
	case connection.Connecting:
		return statusConnecting
	case connection.NeedsLogin:
		return statusError
	case connection.Paused, connection.Quota:
		return statusPaused
	}
	return statusInactive
}

// silent reports whether nothing was heard of a connection for too long, whatever its
// row still says: the writer of the row may have died.
func silent(st store.PlatformStatus, now time.Time) bool {
	return now.Sub(newest(st.LastHeartbeat, st.UpdatedAt)) > connection.GoneAfter
}

// notAfter returns t, but never a time after now: readers call a negative age
// invalid, and other hosts' clocks may be ahead of this one's.
func notAfter(t, now time.Time) *instant {
	if t.After(now) {
		t = now
	}
	return orNull(t)
}

func rank(status string) int {
	switch status {
	case statusRunning:
		return 4
	case statusConnecting:
		return 3
	case statusError:
		return 2
	case statusPaused:
		return 1
	}
	return 0
}

func sumCounters(counters []store.Counter, platform string) counterRow {
	var sum store.Counter
	for _, c := range counters {
		if string(c.Platform) == platform {
			sum.Messages += c.Messages
			sum.Triggers += c.Triggers
			sum.Actions += c.Actions
			sum.ActionsFailed += c.ActionsFailed
		}
	}
	return counterRow{count32(sum.Messages), count32(sum.Triggers), count32(sum.Actions), count32(sum.ActionsFailed)}
}

func lastEvent(counters []store.Counter, platform string) time.Time {
	var last time.Time
	for _, c := range counters {
		if string(c.Platform) == platform {
			last = newest(last, c.LastEventAt)
		}
	}
	return last
}
