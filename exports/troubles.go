package exports

import (
	"fmt"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

const (
	// momentary is how long something that went wrong once counts as active: the
	// longest window that telemetry looks at.
	momentary = longestWindow
	// retryable is how long a failed clip is open for a retry, and its failure
	// active.
	retryable = 7 * 24 * time.Hour
)

// Subsystems that errors are told of; others are the sources of their events.
const (
	subsystemPlatform = "platform"
	subsystemClips    = "clips"
)

// lasting are the sources whose errors last until they tell something else.
var lasting = [...]string{"capture", "hot_reload"}

// trouble is one thing that went wrong.
type trouble struct {
	subsystem, kind, source string
	severity                store.Severity
	message                 string
	at, seen                time.Time // when it happened, and when it was still so
	active                  bool
	times                   int // 0 for a state, which happens all the time
}

// troubles collects what went wrong from all rows.
func troubles(in ErrorsInput) []trouble {
	var all []trouble
	failed := map[string]bool{}
	for _, f := range in.Failures {
		failed[f.ClipID] = true
		if f.Code != clip.Withdrawn { // that one somebody wanted
			all = append(all, failureTrouble(f, in.Now))
		}
	}
	all = append(all, eventTroubles(in, failed)...)
	for _, st := range in.Statuses {
		if st.Error != "" && !silent(st, in.Now) {
			all = append(all, statusTrouble(st))
		}
	}
	return all
}

func failureTrouble(f store.ClipFailure, now time.Time) trouble {
	return trouble{
		subsystem: subsystemClips, kind: or(string(f.Code), "clip_failed"), source: f.CreatorID, severity: store.SeverityError,
		message: fmt.Sprintf("Clip %s failed: %s", f.ClipID, or(f.Reason, "no reason is known")),
		at:      f.At, seen: f.At, active: now.Sub(f.At) < retryable, times: 1,
	}
}

func statusTrouble(st store.PlatformStatus) trouble {
	t := trouble{
		subsystem: subsystemPlatform, source: string(st.Platform), severity: store.SeverityWarning, active: true,
		message: fmt.Sprintf("The chat of %s is %s: %s", st.Channel, st.State, st.Error), at: st.UpdatedAt, seen: st.UpdatedAt,
	}
	if st.State == connection.NeedsLogin {
		t.severity, t.message = store.SeverityError, fmt.Sprintf("The chat of %s needs a login: %s", st.Channel, st.Error)
	}
	t.kind = kindOfTrouble(t.subsystem, t.severity)
	return t
}

// kindOfTrouble is the type of errors that have no code of their own.
func kindOfTrouble(subsystem string, s store.Severity) string { return subsystem + "_" + string(s) }

// about is whom a line of events is about.
type about struct{ source, creator string }

// eventTroubles are the warnings and errors among the events. failed are the clips
// whose failures are told from their own rows.
func eventTroubles(in ErrorsInput, failed map[string]bool) []trouble {
	var all []trouble
	over := map[about]bool{} // something came later that says all is well
	told := map[about]bool{} // something came later
	for _, e := range slices.Backward(in.Events) {
		a := about{e.Source, e.CreatorID}
		severity := severityOf(e)
		switch {
		case severity == store.SeverityInfo:
			over[a] = true
		case e.Source == subsystemClips && failed[e.ClipID]:
			// told already, with what is known about it now
		default:
			t := eventTrouble(e)
			stays := severity == store.SeverityError && slices.Contains(lasting[:], e.Source) && !told[a]
			// A clip that is not among the failed ones was retried.
			settled := e.Source == subsystemClips && e.ClipID != ""
			t.active = !settled && (stays || !over[a] && in.Now.Sub(e.At) < momentary)
			all = append(all, t)
		}
		told[a] = true
	}
	return all
}

func eventTrouble(e store.RuntimeEvent) trouble {
	t := trouble{
		subsystem: e.Source, source: or(e.CreatorID, e.Source), severity: e.Severity,
		message: e.PublicMessage(), at: e.At, seen: e.At, times: 1,
	}
	if slices.Contains(chat.Platforms[:], chat.Platform(e.Source)) {
		t.subsystem, t.source = subsystemPlatform, e.Source
	}
	t.kind = kindOfTrouble(t.subsystem, e.Severity)
	if t.subsystem == subsystemClips {
		t.kind = "clip_failed"
	}
	return t
}
