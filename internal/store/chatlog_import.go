package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrLaneBegun says that a creator's lane has taken something in already, so that
// no log can be put in front of it.
var ErrLaneBegun = errors.New("the creator's lane has begun already")

// ErrStoredAlready says that messages of a log are in the database already, of
// whatever creator.
var ErrStoredAlready = errors.New("messages of the log are in the database already")

// LogImport is a log that is to become a creator's own.
type LogImport struct {
	CreatorID string
	// Entries are the log in the order of its lane, each message once. An error
	// ends the import, and nothing is kept of it.
	Entries iter.Seq2[LogEntry, error]
	// MaxSkew is how far a message's own time counts as ahead of when it was
	// received, for the lane's clock.
	MaxSkew time.Duration
}

// LogImported is what an import wrote.
type LogImported struct {
	Events, Inputs, Decisions int
	FromSeq, ToSeq            int64 // first and last place; both 0 for an empty log
}

// The most that an import holds before it hands it to the database.
const (
	importRows  = 4096
	importBytes = 8 << 20
)

// ImportLog makes a log the beginning of a creator's lane: everything in it keeps
// its place, inputs count as consumed, and the lane goes on behind the last one.
// Cooldowns, counters and whatever else followed from the log are not made again.
// Everything is written or nothing; the error is ErrLaneBegun or ErrStoredAlready
// when it cannot be.
//
// Chat of days that have no partition goes into the default one, where PruneChat
// finds it by when it was received: a log that is older than chat is kept is
// forgotten again by the next housekeeping.
func (s *Store) ImportLog(ctx context.Context, in LogImport) (done LogImported, err error) {
	ctx = patiently(ctx)
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		// A log is read from a file meanwhile, which may be a slow one.
		if _, err := tx.Exec(ctx, `set local idle_in_transaction_session_timeout = '10min'`); err != nil {
			return err
		}
		if err := requireUnbegun(ctx, tx, in.CreatorID); err != nil { // rather now than after all the work
			return err
		}
		w := logWriter{tx: tx, creatorID: in.CreatorID, skew: in.MaxSkew}
		for e, err := range in.Entries {
			if err == nil {
				err = w.add(ctx, e)
			}
			if err != nil {
				return err
			}
		}
		if err := w.flush(ctx); err != nil {
			return err
		}
		done = w.done
		return w.beginLane(ctx)
	})
	if err != nil {
		return LogImported{}, fmt.Errorf("import a log for %s: %w", in.CreatorID, explainImport(err))
	}
	return done, nil
}

// requireUnbegun refuses creators whose lane stands anywhere but at its beginning.
func requireUnbegun(ctx context.Context, tx pgx.Tx, creatorID string) error {
	var begun bool
	err := tx.QueryRow(ctx, `select exists (select from lanes where creator_id = $1)`, creatorID).Scan(&begun)
	if err != nil {
		return err
	}
	if begun {
		return ErrLaneBegun
	}
	return nil
}

func explainImport(err error) error {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && pgErr.Code == "23505" { // unique_violation
		return fmt.Errorf("%w: %w", ErrStoredAlready, err)
	}
	return err
}

// logWriter writes a log in stretches.
type logWriter struct {
	tx        pgx.Tx
	creatorID string
	skew      time.Duration
	clock     time.Time
	done      LogImported

	events, inputs, decisions [][]any
	bytes                     int
}

func (w *logWriter) add(ctx context.Context, e LogEntry) error {
	switch {
	case e.Event != nil:
		w.event(e.LaneSeq, e.Event)
	case e.Input != nil:
		w.input(e.LaneSeq, e.Input)
	case e.Decision != nil:
		w.decision(e.LaneSeq, e.Decision)
	}
	if w.done.FromSeq == 0 {
		w.done.FromSeq = e.LaneSeq
	}
	w.done.ToSeq = max(w.done.ToSeq, e.LaneSeq)
	if len(w.events)+len(w.inputs)+len(w.decisions) < importRows && w.bytes < importBytes {
		return nil
	}
	return w.flush(ctx)
}

func (w *logWriter) event(seq int64, e *Event) {
	sent, received := storable(e.SentAt), storable(e.ReceivedAt)
	said := sent
	if latest := received.Add(w.skew); e.SentAt.IsZero() || said.After(latest) {
		said = latest
		if e.SentAt.IsZero() {
			said = received
		}
	}
	if said.After(w.clock) {
		w.clock = said
	}
	w.done.Events++
	w.bytes += e.Size()
	w.events = append(w.events, []any{
		sent, string(e.Platform), e.MessageID, w.creatorID, seq, e.Channel, e.Author.ID, e.Author.Login, e.Author.Name,
		int32(e.Author.Roles), e.Text, e.ReplyTo, e.SharedFrom, e.Self, sent, received, string(e.Kind), e.Amount, e.Unit,
		e.Target, e.History,
	})
}

// input writes an input under a key of its own: that of its first time is not
// part of a log, and tells repeats of the original apart, which there are none of
// here.
func (w *logWriter) input(seq int64, in *LogInput) {
	w.done.Inputs++
	w.bytes += len(in.Payload)
	key := fmt.Sprintf("import:%s:%d", w.creatorID, seq)
	w.inputs = append(w.inputs, []any{w.creatorID, in.Kind, key, in.Payload, storable(in.CreatedAt), seq})
}

func (w *logWriter) decision(seq int64, d *Decision) {
	outcome := "denied"
	if d.Fired {
		outcome = "fired"
	}
	w.done.Decisions++
	w.decisions = append(w.decisions, []any{
		w.creatorID, seq, d.TriggerID, string(d.Key.Platform), d.Key.MessageID, outcome, d.Step, d.Detail, d.Config,
		storable(d.At), d.Author,
	})
}

func (w *logWriter) flush(ctx context.Context) error {
	for _, t := range []struct {
		table   string
		columns []string
		rows    *[][]any
	}{
		{"chat_events", []string{
			"day", "platform", "message_id", "creator_id", "lane_seq", "channel", "author_id", "author_login", "author_name",
			"roles", "text", "reply_to", "shared_from", "self", "sent_at", "received_at", "kind", "amount", "unit",
			"target", "history",
		}, &w.events},
		{"inbox", []string{"creator_id", "kind", "dedupe_key", "payload", "created_at", "lane_seq"}, &w.inputs},
		{"decisions", []string{
			"creator_id", "lane_seq", "trigger_id", "platform", "message_id", "outcome", "step", "detail", "config",
			"decided_at", "author",
		}, &w.decisions},
	} {
		if len(*t.rows) == 0 {
			continue
		}
		if _, err := w.tx.CopyFrom(ctx, pgx.Identifier{t.table}, t.columns, pgx.CopyFromRows(*t.rows)); err != nil {
			return fmt.Errorf("write into %s up to place %d: %w", t.table, w.done.ToSeq, err)
		}
		clear(*t.rows)
		*t.rows = (*t.rows)[:0]
	}
	w.bytes = 0
	return nil
}

// beginLane sets where the lane goes on. Whoever holds the creator meanwhile
// commits before this, and the import is refused, or after it, and finds that the
// lane does not stand where it left it and loads it again.
func (w *logWriter) beginLane(ctx context.Context) error {
	if w.done.ToSeq == 0 {
		return nil
	}
	// A creator that nobody ever claimed has the epoch 0; the row is what a first
	// commit and this take turns at.
	_, err := w.tx.Exec(ctx, `
		insert into epochs (creator_id, epoch, holder) values ($1, 0, '')
		on conflict (creator_id) do update set epoch = epochs.epoch`, w.creatorID)
	if err != nil {
		return fmt.Errorf("keep others from beginning the lane: %w", err)
	}
	if err := requireUnbegun(ctx, w.tx, w.creatorID); err != nil {
		return err
	}
	_, err = w.tx.Exec(ctx, `insert into lanes (creator_id, next_seq, clock) values ($1, $2, $3)`,
		w.creatorID, w.done.ToSeq+1, storable(w.clock))
	if err != nil {
		return fmt.Errorf("begin the lane: %w", err)
	}
	return nil
}
