package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// EncodeResult is what encoding a clip left behind.
type EncodeResult struct {
	OutputPath string // relative to the state directory
	Thumbnail  string // relative to the state directory
	Duration   time.Duration
	Bytes      int64
	SHA256     string // of the file, in hexadecimal
	Gaps       []clip.Gap
}

// Transition is one change of a clip's state.
type Transition struct {
	ClipID string
	Seq    int // number of this change: one more than the clip's last
	State  clip.State
	Reason string    // what a creator reads; empty means the state's own word
	Code   clip.Code // kind of the failure; empty otherwise
	Result *EncodeResult
	URL    string // for published: at the first destination

	// Retry names the destinations that are tried again when a failed clip goes
	// on; none means all that failed.
	Retry []string
}

// TransitionError says that a clip cannot change as asked.
type TransitionError struct {
	Asked Transition
	State clip.State // where the clip stands
	Seq   int        // number of its last change
	Found clip.State // state that the change of the asked number led to; empty when there is none
}

// Error implements error.
func (e *TransitionError) Error() string {
	asked := fmt.Sprintf("clip %s cannot become %s as change %d", e.Asked.ClipID, e.Asked.State, e.Asked.Seq)
	if e.Found != "" {
		return fmt.Sprintf("%s: that change made it %s", asked, e.Found)
	}
	return fmt.Sprintf("%s: it is %s since change %d", asked, e.State, e.Seq)
}

// Transition changes a clip's state, its uploads, its job and its history, tells the
// lane when it was published or failed, writes a line of what happened and wakes the
// exporter, all in one transaction. It is safe to repeat: a change that was made
// already is not made again, and the clip is returned as it is now. A change that
// does not follow from where the clip stands is a *TransitionError.
//
// A clip has a URL when it is published, at all its destinations. One that failed
// at some has none, though it can be seen at the others: their uploads say where.
func (s *Store) Transition(ctx context.Context, t Transition) (clip.Clip, error) {
	var after clip.Clip
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, selectClips+` where clip_id = $1 for update`, t.ClipID)
		before, err := oneRow(rows, scanClip, "clip "+t.ClipID)
		if err != nil {
			return err
		}
		repeated, err := checkTransition(ctx, tx, before, t)
		if err != nil || repeated {
			after = before
			return err
		}
		var batch pgx.Batch
		queueTransition(&batch, t)
		queueUploadsInStep(&batch, before.State, t)
		if err := queueConsequences(&batch, before, t); err != nil {
			return err
		}
		batch.Queue(selectClips+` where clip_id = $1`, t.ClipID).Query(func(rows pgx.Rows) (err error) {
			after, err = pgx.CollectExactlyOneRow(rows, scanClip)
			return err
		})
		return tx.SendBatch(ctx, &batch).Close()
	})
	var refused *TransitionError
	if err != nil && !errors.As(err, &refused) {
		err = fmt.Errorf("make clip %s %s: %w", t.ClipID, t.State, err)
	}
	return after, err
}

// checkTransition reports whether the change was made before, or why it cannot be
// made.
func checkTransition(ctx context.Context, tx pgx.Tx, c clip.Clip, t Transition) (repeated bool, err error) {
	refused := &TransitionError{Asked: t, State: c.State, Seq: c.Seq}
	if t.Seq > c.Seq {
		if t.Seq > c.Seq+1 || !c.State.CanBecome(t.State) {
			return false, refused
		}
		return false, nil
	}
	err = tx.QueryRow(ctx, `select state from clip_state_history where clip_id = $1 and seq = $2`, t.ClipID, t.Seq).Scan(&refused.Found)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return false, refused
	case err != nil:
		return false, err
	case refused.Found != t.State:
		return false, refused
	}
	return true, nil
}

func (t Transition) reason() string {
	if t.Reason == "" {
		return string(t.State)
	}
	return t.Reason
}

func queueTransition(b *pgx.Batch, t Transition) {
	// The start of the transaction may lie before the wait for the row, so the
	// instants are those of the statements: histories stay in order. The row and its
	// history change in one statement, so that a past moment is told by the same stamp.
	failure := ""
	if t.State == clip.Failed {
		failure = t.reason()
	}
	b.Queue(`
		with changed as (
			update clips set state = $2, seq = $3, reason = $4, failure_code = $5, updated_at = statement_timestamp(),
				url = coalesce(nullif($6, ''), url),
				published_at = case $2 when 'published' then statement_timestamp() else published_at end
			where clip_id = $1 returning updated_at)
		insert into clip_state_history (clip_id, seq, state, reason, at) select $1, $3, $2, $7, updated_at from changed`,
		t.ClipID, string(t.State), t.Seq, failure, string(t.Code), t.URL, t.reason())
	if r := t.Result; r != nil {
		gaps := r.Gaps
		if gaps == nil {
			gaps = []clip.Gap{}
		}
		b.Queue(`
			with file as (
				update clips set output_path = $3, thumbnail = $4, duration_ms = $5, bytes = $6, sha256 = $7, gaps = $8
				where clip_id = $1 returning output_path, thumbnail, duration_ms, bytes, sha256, gaps)
			update clip_state_history set made = to_jsonb(file) from file where clip_id = $1 and seq = $2`,
			t.ClipID, t.Seq, r.OutputPath, r.Thumbnail, r.Duration.Milliseconds(), r.Bytes, r.SHA256, gaps)
	}
	b.Queue(`
		update clip_jobs set status = $2, error = $3, updated_at = statement_timestamp(),
			started_at = case when $2 = 'running' then coalesce(started_at, statement_timestamp()) else started_at end,
			completed_at = case when $2 in ('completed', 'failed') then statement_timestamp() end
		where clip_id = $1`, t.ClipID, string(jobStatus(t.State)), failure)
}

func jobStatus(s clip.State) JobStatus {
	switch s {
	case clip.Queued:
		return JobPending
	case clip.Published:
		return JobCompleted
	case clip.Failed:
		return JobFailed
	default:
		return JobRunning
	}
}

// queueConsequences queues what others learn from a change.
func queueConsequences(b *pgx.Batch, before clip.Clip, t Transition) error {
	if t.State == clip.Published || t.State == clip.Failed {
		url, reason := t.URL, ""
		if t.State == clip.Failed {
			reason = t.reason()
		}
		payload, err := json.Marshal(control.ClipResult{
			ClipID: t.ClipID, State: t.State, Reason: reason, URL: url, Platform: before.Platform, Channel: before.Channel,
			MessageID: before.MessageID, Clipper: before.Clipper, Title: before.Title,
		})
		if err != nil {
			return err
		}
		key := fmt.Sprintf("%s:%s:%d", control.InboxClipResult, t.ClipID, t.Seq)
		queueInbox(b, before.CreatorID, control.InboxClipResult, key, payload)
	}
	queueNotice(b, ChannelExport, NoticeClip+t.ClipID)
	queueRuntimeEvent(b, clipEvent(t.ClipID, before.CreatorID, t.State, t.news(before)))
	return nil
}

// news is what is new about a clip in its new state.
func (t Transition) news(before clip.Clip) string {
	switch {
	case t.State == clip.Failed || t.Reason != "":
		return t.reason()
	case t.State == clip.Published:
		return t.URL
	case t.State == clip.Uploading:
		return strings.Join(before.Destinations(), ", ")
	case t.State == clip.Encoded && t.Result != nil:
		return fmt.Sprintf("%.1f s, %.1f MB", t.Result.Duration.Seconds(), float64(t.Result.Bytes)/1e6)
	default:
		return before.Title
	}
}

// clipEvent is the line about a change of a clip.
func clipEvent(id, creatorID string, state clip.State, what string) RuntimeEvent {
	severity := SeverityInfo
	if state == clip.Failed {
		severity = SeverityError
	}
	return RuntimeEvent{
		Source: "clips", Severity: severity, ClipID: id, CreatorID: creatorID,
		Message: fmt.Sprintf("Clip %s %s: %s", id, state, what),
	}
}
