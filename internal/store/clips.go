package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/clip"
)

const selectClips = `
	select clip_id, coalesce((select job_id::text from clip_jobs j where j.clip_id = clips.clip_id order by j.created_at limit 1), ''),
		creator_id, creator, title, source_title, platform, channel, message_id, requested_by, clipper, requested_at, start_at, end_at,
		destination, array(select u.destination from clip_uploads u where u.clip_id = clips.clip_id and u.position > 0 order by u.position),
		state, seq, reason, failure_code, output_path, thumbnail, duration_ms, bytes, sha256, gaps, url,
		created_at, updated_at, published_at
	from clips`

func scanClip(row pgx.CollectableRow) (c clip.Clip, err error) {
	var milliseconds int64
	err = row.Scan(&c.ClipID, &c.JobID, &c.CreatorID, &c.Creator, &c.Title, &c.SourceTitle, &c.Platform, &c.Channel, &c.MessageID,
		&c.RequestedBy, &c.Clipper, &c.RequestedAt, &c.Start, &c.End, &c.Destination, &c.More, &c.State, &c.Seq, &c.Reason, &c.FailureCode,
		&c.OutputPath, &c.Thumbnail, &milliseconds, &c.Bytes, &c.SHA256, &c.Gaps, &c.URL, &c.CreatedAt, &c.UpdatedAt,
		orZero(&c.PublishedAt))
	c.Duration = time.Duration(milliseconds) * time.Millisecond
	if len(c.More) == 0 {
		c.More = nil
	}
	return c, err
}

// Clip returns the clip of that id, or ErrNotFound.
func (s *Store) Clip(ctx context.Context, id string) (clip.Clip, error) {
	rows, _ := s.pool.Query(ctx, selectClips+` where clip_id = $1`, id)
	return oneRow(rows, scanClip, "clip "+id)
}

// ClipFilter chooses clips. Its zero value chooses all.
type ClipFilter struct {
	CreatorID string       // empty for every creator
	States    []clip.State // empty for every state
	Limit     int          // 0 for no limit
	Offset    int
	// At asks for the clips as they stood at a past moment, States then being those
	// of it. The zero time asks for what stands now.
	At time.Time
}

// ClipCounts returns how many clips are in each state; states without clips are
// there with 0.
func (s *Store) ClipCounts(ctx context.Context) (map[clip.State]int, error) {
	counts := make(map[clip.State]int, len(clip.States))
	for _, state := range clip.States {
		counts[state] = 0
	}
	rows, _ := s.pool.Query(ctx, `select state, count(*) from clips group by state`)
	var state clip.State
	var n int
	_, err := pgx.ForEachRow(rows, []any{&state, &n}, func() error {
		counts[state] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count clips: %w", err)
	}
	return counts, nil
}

// ListClips returns the clips that the filter chooses, the newest request first.
func (s *Store) ListClips(ctx context.Context, f ClipFilter) ([]clip.Clip, error) {
	states := make([]string, len(f.States))
	for i, state := range f.States {
		states[i] = string(state)
	}
	const chosen = `
		where ($1 = '' or creator_id = $1) and (cardinality($2::text[]) = 0 or state = any($2))
		order by requested_at desc, clip_id limit nullif($3, 0) offset $4`
	query, args := selectClips+chosen, []any{f.CreatorID, states, f.Limit, f.Offset}
	if !f.At.IsZero() {
		query, args = selectClipsThen+chosen, append(args, storable(f.At))
	}
	rows, _ := s.pool.Query(ctx, query, args...)
	clips, err := pgx.CollectRows(rows, scanClip)
	if err != nil {
		return nil, fmt.Errorf("list clips: %w", err)
	}
	return clips, nil
}

// ClipsByID returns the clips of the given ids, the newest request first; those that
// do not exist are left out.
func (s *Store) ClipsByID(ctx context.Context, ids []string) ([]clip.Clip, error) {
	rows, _ := s.pool.Query(ctx, selectClips+` where clip_id = any($1) order by requested_at desc, clip_id`, ids)
	clips, err := pgx.CollectRows(rows, scanClip)
	if err != nil {
		return nil, fmt.Errorf("read %d clips: %w", len(ids), err)
	}
	return clips, nil
}

// ClipHistory returns every change of a clip's state, the first one first. A clip
// that does not exist has none.
func (s *Store) ClipHistory(ctx context.Context, id string) ([]clip.Change, error) {
	rows, _ := s.pool.Query(ctx, `select clip_id, seq, state, reason, at from clip_state_history where clip_id = $1 order by seq`, id)
	changes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[clip.Change])
	if err != nil {
		return nil, fmt.Errorf("read the history of clip %s: %w", id, err)
	}
	return changes, nil
}

// Span is the part of its creator's stream that a clip still needs.
type Span struct {
	ClipID     string
	Start, End time.Time
}

// PendingSpans returns the spans of a creator's clips that are not encoded yet;
// the pruner of the recording has to keep them.
func (s *Store) PendingSpans(ctx context.Context, creatorID string) ([]Span, error) {
	rows, _ := s.pool.Query(ctx, `
		select clip_id, start_at, end_at from clips
		where creator_id = $1 and state in ('queued', 'encoding') order by start_at, clip_id`, creatorID)
	spans, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Span])
	if err != nil {
		return nil, fmt.Errorf("read the pending clips of %s: %w", creatorID, err)
	}
	return spans, nil
}

// queueClips inserts clips as queued, with their uploads, their jobs and the first
// row of their histories.
func queueClips(b *pgx.Batch, lanes []LaneCommit) {
	for i := range lanes {
		for _, r := range lanes[i].Clips {
			b.Queue(`
				insert into clips (clip_id, creator_id, creator, title, source_title, platform, channel, message_id, requested_by,
					clipper, requested_at, start_at, end_at, destination, state)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
				r.ClipID, lanes[i].CreatorID, r.Creator, r.Title, r.SourceTitle, string(r.Platform), r.Channel, r.MessageID, r.RequestedBy,
				r.Clipper, storable(r.RequestedAt), storable(r.Start), storable(r.End), r.Destination, string(clip.Queued))
			b.Queue(`insert into clip_jobs (job_id, clip_id, creator_id, payload) values ($1, $2, $3, $4)`,
				r.JobID, r.ClipID, lanes[i].CreatorID, jobPayload(r))
			b.Queue(`insert into clip_state_history (clip_id, seq, state, reason) values ($1, 0, $2, $2)`, r.ClipID, string(clip.Queued))
		}
	}
	queueUploads(b, lanes)
}

func queueClipEvents(b *pgx.Batch, lanes []LaneCommit) {
	for i := range lanes {
		for _, r := range lanes[i].Clips {
			queueRuntimeEvent(b, clipEvent(r.ClipID, lanes[i].CreatorID, clip.Queued, r.Title))
		}
	}
}

// jobPayload is what the job ledger shows of a request.
func jobPayload(r clip.Request) map[string]any {
	payload := map[string]any{
		"length":       r.Length().Seconds(),
		"source_title": r.SourceTitle,
		"requested_by": r.RequestedBy,
		"destination":  r.Destination,
	}
	if len(r.More) > 0 {
		payload["destinations"] = r.Destinations()
	}
	return payload
}

// JobStatus is where a job stands, as the export contract spells it.
type JobStatus string

// The states of jobs.
const (
	JobPending   JobStatus = "pending"
	JobRunning   JobStatus = "running"
	JobCompleted JobStatus = "completed"
	JobFailed    JobStatus = "failed"
)

// Job is a row of the job ledger.
type Job struct {
	ID          string // UUID
	ClipID      string
	Type        string // "clip"
	CreatorID   string
	Status      JobStatus
	Payload     json.RawMessage // a JSON object
	Error       string          // for failed: what the creator reads
	CreatedAt   time.Time
	UpdatedAt   time.Time
	StartedAt   time.Time // zero until it ran
	CompletedAt time.Time // zero until it completed or failed
}

// Jobs returns the job ledger, the oldest first.
func (s *Store) Jobs(ctx context.Context) ([]Job, error) { return s.LatestJobs(ctx, 0) }

// LatestJobs returns the newest jobs of the ledger, the oldest of them first; a limit
// of 0 is none.
func (s *Store) LatestJobs(ctx context.Context, limit int) ([]Job, error) {
	rows, _ := s.pool.Query(ctx, `
		select job_id::text, clip_id, job_type, creator_id, status, payload, error, created_at, updated_at, started_at, completed_at
		from (select * from clip_jobs order by created_at desc, job_id desc limit nullif($1, 0)) newest order by created_at, job_id`, limit)
	jobs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (j Job, err error) {
		err = row.Scan(&j.ID, &j.ClipID, &j.Type, &j.CreatorID, &j.Status, &j.Payload, &j.Error, &j.CreatedAt, &j.UpdatedAt,
			orZero(&j.StartedAt), orZero(&j.CompletedAt))
		return j, err
	})
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	return jobs, nil
}
