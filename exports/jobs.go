package exports

import (
	"encoding/json"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// MaxJobs is how many jobs jobs.json holds; older ones are in the database only.
const MaxJobs = 1000

// maxProgress is of how many jobs at most it is told how far they are.
const maxProgress = 20

// JobProgress is how far a job is that is being done.
type JobProgress struct {
	Words string    // for people
	Next  time.Time // when its next attempt begins; zero when one is at work
	At    time.Time // when this was known; zero when nobody says
}

// JobsInput is what jobs.json is made of.
type JobsInput struct {
	Jobs []store.Job // the oldest first
	// Fired is when each trigger fired last, by creator and trigger.
	Fired map[string]map[string]time.Time
	// Switches are the job types of the configuration, by plural name.
	Switches map[string]bool
	// RestartRequired says that a changed configuration waits for a restart.
	RestartRequired bool
	// Progress is how far jobs are that are being done, by clip. The contract has no
	// field for it: it is the reason of a job whose type is in force as configured, and
	// the next attempt is the next run.
	Progress map[string]JobProgress
	Since    time.Time // stamp of a document without any row
}

type jobsDocument struct {
	Meta     meta                          `json:"meta"`
	Jobs     []jobRow                      `json:"jobs"`
	Items    []jobItem                     `json:"items"`
	Triggers map[string]map[string]float64 `json:"triggers"`
}

type jobRow struct {
	ID              string          `json:"id"`
	Type            string          `json:"type"`
	CreatorID       string          `json:"creator_id"`
	Status          store.JobStatus `json:"status"`
	Enabled         bool            `json:"enabled"`
	RestartRequired bool            `json:"restart_required"`
	Reason          *string         `json:"reason"`
	CreatedAt       int64           `json:"created_at"`
	StartedAt       *int64          `json:"started_at"`
	CompletedAt     *int64          `json:"completed_at"`
	FinishedAt      *int64          `json:"finished_at"`
	UpdatedAt       int64           `json:"updated_at"`
	Payload         json.RawMessage `json:"payload"`
	Error           *string         `json:"error,omitempty"`
}

type jobItem struct {
	ID              string          `json:"id"`
	Type            string          `json:"type"`
	State           store.JobStatus `json:"state"`
	CreatorID       string          `json:"creator_id"`
	Enabled         bool            `json:"enabled"`
	RestartRequired bool            `json:"restart_required"`
	Reason          *string         `json:"reason"`
	LastRun         *instant        `json:"last_run"`
	NextRun         *instant        `json:"next_run"`
	CreatedAt       *instant        `json:"created_at"`
	UpdatedAt       *instant        `json:"updated_at"`
}

// BuildJobs builds jobs.json. Its stamp is that of the newest change among jobs
// and triggers.
func BuildJobs(in JobsInput) (Document, error) {
	jobs := in.Jobs[max(0, len(in.Jobs)-MaxJobs):]
	doc := jobsDocument{
		Jobs: make([]jobRow, 0, len(jobs)), Items: make([]jobItem, 0, len(jobs)),
		Triggers: make(map[string]map[string]float64, len(in.Fired)),
	}
	var changed time.Time
	for _, j := range jobs {
		row := jobRowOf(j, in)
		doc.Jobs = append(doc.Jobs, row)
		doc.Items = append(doc.Items, jobItemOf(row, j, in.Progress[j.ClipID]))
		changed = newest(changed, j.CreatedAt, j.UpdatedAt, in.Progress[j.ClipID].At)
	}
	for creator, triggers := range in.Fired {
		doc.Triggers[creator] = make(map[string]float64, len(triggers))
		for trigger, at := range triggers {
			doc.Triggers[creator][trigger] = max(0, float64(at.UnixMicro())/1e6)
			changed = newest(changed, at)
		}
	}
	doc.Meta = newMeta(instant(orElse(changed, in.Since)), DashboardOnly, "jobs")
	data, err := encode(FileJobs, doc)
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileJobs, Visibility: DashboardOnly, Data: data}, nil
}

func jobRowOf(j store.Job, in JobsInput) jobRow {
	row := jobRow{
		ID: j.ID, Type: j.Type, CreatorID: j.CreatorID, Status: j.Status,
		Enabled: switchOf(in.Switches, j.Type), RestartRequired: in.RestartRequired,
		CreatedAt: epoch(j.CreatedAt), UpdatedAt: epoch(newest(j.UpdatedAt, j.CreatedAt)),
		Payload: object(j.Payload),
	}
	row.Reason = switchReason(row.Enabled, row.RestartRequired)
	if progress := in.Progress[j.ClipID]; row.Reason == nil && j.Status == store.JobRunning {
		row.Reason = textOrNull(plain(progress.Words, 500))
	}
	if j.Status != store.JobPending {
		row.StartedAt = epochOrNull(j.StartedAt)
	}
	if j.Status == store.JobCompleted || j.Status == store.JobFailed {
		row.CompletedAt = epochOrNull(orElse(j.CompletedAt, newest(j.UpdatedAt, time.Unix(0, 0))))
		row.FinishedAt = row.CompletedAt
	}
	if j.Status == store.JobFailed {
		reason := or(plain(j.Error, 500), "failed")
		row.Error = &reason
	}
	return row
}

func jobItemOf(row jobRow, j store.Job, progress JobProgress) jobItem {
	item := jobItem{
		ID: row.ID, Type: row.Type, State: row.Status, CreatorID: row.CreatorID, Enabled: row.Enabled,
		RestartRequired: row.RestartRequired, Reason: row.Reason,
		CreatedAt: orNull(j.CreatedAt), UpdatedAt: orNull(newest(j.UpdatedAt, j.CreatedAt)),
	}
	if j.Status == store.JobRunning {
		item.NextRun = orNull(progress.Next)
	}
	if row.StartedAt != nil {
		item.LastRun = orNull(j.StartedAt)
	}
	return item
}

// switchOf looks a job type up by its name and its plural; unlisted ones are on.
func switchOf(switches map[string]bool, name string) bool {
	for _, n := range []string{name, name + "s"} {
		if on, ok := switches[n]; ok {
			return on
		}
	}
	return true
}

// switchReason is why a job type is not in force as it is configured.
func switchReason(enabled, restart bool) *string {
	reason := ""
	switch {
	case restart:
		reason = "restart required"
	case !enabled:
		reason = "disabled via config"
	}
	return textOrNull(reason)
}

// object returns a payload if it is a JSON object, else an empty one.
func object(payload json.RawMessage) json.RawMessage {
	var o map[string]json.RawMessage
	if json.Unmarshal(payload, &o) != nil || o == nil {
		return json.RawMessage("{}")
	}
	return payload
}

func epoch(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return max(0, t.Unix())
}

func epochOrNull(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	n := epoch(t)
	return &n
}
