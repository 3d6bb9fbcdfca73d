package retry

import (
	"slices"
	"strings"

	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
)

// uploads begins the activity id of every upload; the destination follows.
const uploads = "upload-"

func uploadID(destination string) string { return uploads + destination }

// point is where a closed workflow can go on.
type point struct {
	event      int64      // the completed workflow task that scheduled the activities
	activities []string   // what is scheduled again because it did not end well, by id
	state      clip.State // of the clip then
}

// scheduled is the newest round of one activity.
type scheduled struct {
	id   string
	task int64 // event of the workflow task that scheduled it
	done bool  // it ended well; for an upload: the clip is there
}

// pointOf finds where a closed clip can go on: at the newest scheduling of what
// did not end well. Of uploads it is the earliest of those, so that the others
// are scheduled again too; those that are done answer at once.
func pointOf(id string, events []*historypb.HistoryEvent, destination string) (point, error) {
	rounds := newest(events)
	var open []scheduled
	any := false
	for _, r := range rounds {
		to, upload := strings.CutPrefix(r.id, uploads)
		any = any || upload
		if upload && !r.done && (destination == "" || to == destination) {
			open = append(open, r)
		}
	}
	switch {
	case len(open) > 0:
		return uploadPoint(open), nil
	case any && destination != "":
		return point{}, refuse(ErrOver, "clip %s closed with nothing to upload to %s", id, destination)
	case any:
		return point{}, refuse(ErrOver, "clip %s closed with everything uploaded", id)
	default:
		return makingPoint(id, events, rounds)
	}
}

func uploadPoint(open []scheduled) point {
	p := point{event: open[0].task, state: clip.Uploading}
	for _, r := range open {
		p.event = min(p.event, r.task)
		p.activities = append(p.activities, r.id)
	}
	slices.Sort(p.activities)
	return p
}

// makingPoint is the point for a clip that never had a file. Without the
// recording there is none: going on would end as it did.
func makingPoint(id string, events []*historypb.HistoryEvent, rounds []scheduled) (point, error) {
	failure := events[len(events)-1].GetWorkflowExecutionFailedEventAttributes().GetFailure()
	switch clip.Code(failure.GetApplicationFailureInfo().GetType()) {
	case clip.TooOld, clip.NoCapture, clip.CaptureGap:
		return point{}, refuse(ErrOver, "clip %s has no file, and the recording cannot give it one: %s", id, failure.GetMessage())
	}
	var last scheduled
	for _, r := range rounds {
		if slices.Contains([]string{task.Locate.Name, task.Await.Name, task.Encode.Name}, r.id) && r.task >= last.task {
			last = r
		}
	}
	if last.task == 0 {
		return point{}, refuse(ErrOver, "clip %s closed before anything was done; ask for a new clip", id)
	}
	return point{event: last.task, activities: []string{last.id}, state: clip.Encoding}, nil
}

// newest returns the newest round of every activity of a history, in the order
// in which the activities were first scheduled.
func newest(events []*historypb.HistoryEvent) (rounds []scheduled) {
	at := map[string]int{}      // activity id → place in rounds
	owner := map[int64]string{} // event that scheduled → activity id
	for _, event := range events {
		if s := event.GetActivityTaskScheduledEventAttributes(); s != nil {
			id := s.GetActivityId()
			owner[event.GetEventId()] = id
			if _, seen := at[id]; !seen {
				at[id] = len(rounds)
				rounds = append(rounds, scheduled{})
			}
			rounds[at[id]] = scheduled{id: id, task: s.GetWorkflowTaskCompletedEventId()}
		}
		if c := event.GetActivityTaskCompletedEventAttributes(); c != nil {
			var result task.UploadResult
			err := converter.GetDefaultDataConverter().FromPayloads(c.GetResult(), &result)
			id := owner[c.GetScheduledEventId()]
			deferred := strings.HasPrefix(id, uploads) && (err != nil || !result.DeferredUntil.IsZero())
			rounds[at[id]].done = !deferred
		}
	}
	return rounds
}
