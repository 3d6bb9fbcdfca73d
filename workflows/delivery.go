package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// delivery is a clip's way to one of its destinations.
type delivery struct {
	destination string
	state       clip.UploadState // what waits is about to be uploaded; attempts of one upload do not show here
	round       int              // of the last upload; 0 before the first

	until time.Time // for deferred
	now   bool      // for deferred: somebody asked not to wait
	// insisted says, of an upload, that somebody asked for it.
	insisted bool
	cause    *clip.Failure
	// reason is why it is deferred or failed.
	reason string
	url    string // for published
}

func (d *delivery) begin(round int) {
	*d = delivery{destination: d.destination, state: clip.UploadRunning, round: round, insisted: d.now || round > 1}
}

func (d *delivery) published(url string) {
	*d = delivery{destination: d.destination, state: clip.UploadPublished, round: d.round, url: url}
}

func (d *delivery) deferred(result task.UploadResult) {
	*d = delivery{
		destination: d.destination, state: clip.UploadDeferred, round: d.round, until: result.DeferredUntil, reason: result.Reason,
	}
}

func (d *delivery) failed(cause *clip.Failure) {
	*d = delivery{destination: d.destination, state: clip.UploadBroken, round: d.round, reason: cause.Message, cause: cause}
}

// again puts it in line for another upload.
func (d *delivery) again() {
	*d = delivery{destination: d.destination, state: clip.UploadWaiting, round: d.round}
}

// activity is the id of its upload, which operators type.
func (d *delivery) activity() string { return "upload-" + d.destination }

func (d *delivery) view() control.UploadView {
	view := control.UploadView{
		Destination: d.destination, State: d.state, Round: d.round, URL: d.url, Reason: d.reason, DeferredUntil: d.until,
	}
	if d.cause != nil {
		view.Code = d.cause.Code
	}
	return view
}

// text says where it stands, for the web UI.
func (d *delivery) text() string {
	switch d.state {
	case clip.UploadRunning:
		return fmt.Sprintf("uploading, round %d: the pending activity `%s` shows how far", d.round, d.activity())
	case clip.UploadDeferred:
		return fmt.Sprintf("deferred until %s: %s", clock(d.until), plain(d.reason))
	case clip.UploadPublished:
		return "published at " + d.url
	case clip.UploadBroken:
		return "failed: " + plain(d.reason)
	default:
		return string(d.state)
	}
}

// in are the deliveries that are in one of the states.
func (r *clipRun) in(states ...clip.UploadState) (found []*delivery) {
	for _, d := range r.deliveries {
		if slices.Contains(states, d.state) {
			found = append(found, d)
		}
	}
	return found
}

func (r *clipRun) any(states ...clip.UploadState) bool { return len(r.in(states...)) > 0 }

// waiting names the destinations that are about to be uploaded to.
func (r *clipRun) waiting() []string { return names(r.in(clip.UploadWaiting)) }

func names(deliveries []*delivery) (names []string) {
	for _, d := range deliveries {
		names = append(names, d.destination)
	}
	return names
}

// to is the delivery to a destination, or nil.
func (r *clipRun) to(destination string) *delivery {
	for _, d := range r.deliveries {
		if d.destination == destination {
			return d
		}
	}
	return nil
}

// failure is why the clip is not at all its destinations, at least one of which
// failed. Where there are several it names those.
func (r *clipRun) failure() *clip.Failure {
	failed := r.in(clip.UploadBroken)
	if len(r.deliveries) == 1 {
		return failed[0].cause
	}
	all := *failed[0].cause
	var reasons []string
	for _, d := range failed {
		reasons = append(reasons, d.destination+": "+d.reason)
		all.Final = all.Final && d.cause.Final
	}
	all.Message = strings.Join(reasons, " ")
	return &all
}

// andList writes names as a sentence does.
func andList(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
