package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/trigger"
)

// What each creator has in the database when exports are measured.
const (
	clipsEach     = 10
	votesEach     = 1000 // in one poll
	triggersEach  = 16   // with the built-in ones
	decisionsEach = 500
	messagesEach  = 100
	entriesEach   = 20 // of one scoreboard
	eventsEach    = 5
)

// apart is the time between two rows of one creator.
const apart = 17 * time.Second

// exportRows fills a database with what so many creators left behind.
type exportRows struct {
	conn     *pgx.Conn
	creators int
	until    time.Time // of the newest row
	settings trigger.Settings
}

// fillExports writes the rows by COPY and has Postgres look at them once.
func fillExports(ctx context.Context, url string, creators int) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if _, err := conn.Exec(ctx, `set search_path = streamsuites`); err != nil {
		return fmt.Errorf("choose the schema: %w", err)
	}
	r := &exportRows{conn: conn, creators: creators, until: time.Now().UTC().Add(-time.Minute).Truncate(time.Second)}
	for _, step := range []func(context.Context) error{r.lanes, r.chat, r.clips, r.polls, r.tallies, r.scoreboards} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	for _, statement := range []string{`vacuum analyze`, `checkpoint`} { // or both happen while something is measured
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// copyEach copies so many rows for each creator, the oldest rows first.
func (r *exportRows) copyEach(ctx context.Context, table string, columns []string, each int, row func(creator, n int) []any) error {
	i, all := -1, each*r.creators
	source := pgx.CopyFromFunc(func() ([]any, error) {
		if i++; i >= all {
			return nil, nil
		}
		return row(i%r.creators, i/r.creators), nil
	})
	if _, err := r.conn.CopyFrom(ctx, pgx.Identifier{table}, columns, source); err != nil {
		return fmt.Errorf("copy rows to %s: %w", table, err)
	}
	return nil
}

// at is the time of the nth of so many rows of a creator.
func (r *exportRows) at(creator, n, of int) time.Time {
	return r.until.Add(-time.Duration(of-n) * apart).Add(time.Duration(creator) * time.Millisecond)
}

func exportCreator(i int) string { return fmt.Sprintf("Bench%04d", i) }

func exportCreatorName(i int) string { return fmt.Sprintf("Creator number %d", i) }

func exportClip(creator, n int) string { return fmt.Sprintf("bc%04d%02d", creator, n) }

// exportTriggers are the settings of a creator's lane.
func exportTriggers(i int) trigger.Settings {
	s := trigger.DefaultSettings(exportCreator(i), exportCreatorName(i))
	s.Triggers = newRepertoire().triggers[:triggersEach-len(builtIn())]
	return s
}

// builtIn are the triggers that every creator has.
func builtIn() []trigger.Info {
	rules, err := trigger.Compile(trigger.DefaultSettings("Bench", ""), nil)
	if err != nil {
		return nil
	}
	return rules.Triggers()
}

// lanes writes what the lanes left: their configurations, connections and counts.
func (r *exportRows) lanes(ctx context.Context) error {
	r.settings = exportTriggers(0)
	fired := func(n int) string { return r.settings.Triggers[n%len(r.settings.Triggers)].ID }
	hashes := make([]string, r.creators)
	if err := r.copyEach(ctx, "configs", []string{"creator_id", "hash", "settings"}, 1, func(i, _ int) []any {
		s := r.settings
		s.CreatorID, s.Creator, hashes[i] = exportCreator(i), exportCreatorName(i), fmt.Sprintf("%016x", i)
		text, _ := json.Marshal(s) // of plain data
		return []any{s.CreatorID, hashes[i], json.RawMessage(text)}
	}); err != nil {
		return err
	}
	return errors.Join(
		r.copyEach(ctx, "lanes", []string{"creator_id", "next_seq", "clock", "config"}, 1, func(i, _ int) []any {
			return []any{exportCreator(i), int64(decisionsEach + 1), r.until, hashes[i]}
		}),
		r.copyEach(ctx, "counters", []string{"creator_id", "platform", "messages", "triggers", "actions", "last_event_at"}, 1, func(i, _ int) []any {
			return []any{exportCreator(i), "twitch", int64(100 * decisionsEach), int64(decisionsEach), int64(decisionsEach), r.until}
		}),
		r.copyEach(ctx, "platform_status", []string{"creator_id", "platform", "channel", "state", "last_heartbeat", "last_success"}, 1, func(i, _ int) []any {
			return []any{exportCreator(i), "twitch", fmt.Sprintf("bench%04d", i), "live", r.until, r.until}
		}),
		r.copyEach(ctx, "cooldowns", []string{"creator_id", "trigger_id", "scope", "until", "fired_at"}, 4, func(i, n int) []any {
			return []any{exportCreator(i), fired(n), "global", r.until.Add(time.Hour), r.at(i, n, 4)}
		}),
		r.copyEach(ctx, "trigger_uses", []string{"creator_id", "trigger_id", "user_key", "total", "last_seq"}, len(r.settings.Triggers), func(i, n int) []any {
			return []any{exportCreator(i), fired(n), "", int64(30), int64(decisionsEach - len(r.settings.Triggers) + n)}
		}),
		r.copyEach(ctx, "trigger_changes", []string{"creator_id", "lane_seq", "subject", "action", "changed_by", "name", "changed_at"}, eventsEach, func(i, n int) []any {
			return []any{exportCreator(i), int64(n + 1), fired(n), "edit", "twitch:1", "moderator", r.at(i, n, eventsEach)}
		}),
	)
}

// chat writes the messages of a while, and what was decided about many more.
func (r *exportRows) chat(ctx context.Context) error {
	id := func(i, n int) string { return fmt.Sprintf("%04d-%05d", i, n) }
	return errors.Join(
		r.copyEach(ctx, "chat_events", []string{"day", "platform", "message_id", "creator_id", "lane_seq", "channel", "author_id", "author_login",
			"author_name", "roles", "text", "reply_to", "shared_from", "self", "sent_at", "received_at"}, messagesEach, func(i, n int) []any {
			at, seq := r.at(i, n, messagesEach), decisionsEach-messagesEach+n
			return []any{at.Truncate(24 * time.Hour), "twitch", id(i, seq), exportCreator(i), int64(seq), fmt.Sprintf("bench%04d", i),
				fmt.Sprint(n % 50), "", "", int32(0), "", "", "", false, at, at}
		}),
		r.copyEach(ctx, "decisions", []string{"creator_id", "lane_seq", "trigger_id", "platform", "message_id", "outcome", "step", "detail", "config",
			"decided_at", "author"}, decisionsEach, func(i, n int) []any {
			outcome, step := "fired", ""
			if n%3 == 0 {
				outcome, step = "denied", "cooldown"
			}
			return []any{exportCreator(i), int64(n), r.settings.Triggers[n%len(r.settings.Triggers)].ID, "twitch", id(i, n), outcome, step, "",
				fmt.Sprintf("%016x", i), r.at(i, n, decisionsEach), fmt.Sprintf("twitch:%d", n%50)}
		}),
		r.copyEach(ctx, "runtime_events", []string{"at", "source", "severity", "message", "creator_id"}, eventsEach, func(i, n int) []any {
			return []any{r.at(i, n, eventsEach), "twitch", "info", "The chat of a channel is read", exportCreator(i)}
		}),
	)
}

// clips writes clips with their jobs, uploads and histories. All are published but
// the newest of each creator, which is being encoded for the second time.
func (r *exportRows) clips(ctx context.Context) error {
	published := []string{"queued", "encoding", "encoded", "uploading", "published"}
	again := []string{"queued", "encoding", "failed", "queued", "encoding"}
	last := len(published) - 1
	path := func(n int) []string {
		if n == clipsEach-1 {
			return again
		}
		return published
	}
	word := func(n int, whenPublished, otherwise string) string {
		if path(n)[last] == "published" {
			return whenPublished
		}
		return otherwise
	}
	at := func(i, n int) time.Time { return r.at(i, n, clipsEach).Add(-time.Minute) }
	return errors.Join(
		r.copyEach(ctx, "clips", []string{"clip_id", "creator_id", "creator", "title", "source_title", "platform", "channel", "message_id", "requested_by",
			"clipper", "requested_at", "start_at", "end_at", "destination", "state", "seq", "output_path", "duration_ms", "url", "updated_at"},
			clipsEach, func(i, n int) []any {
				id := exportClip(i, n)
				return []any{id, exportCreator(i), exportCreatorName(i), "A thing that was worth keeping [" + id + "]", "A stream about many things",
					"twitch", fmt.Sprintf("bench%04d", i), "m", "twitch:7", "viewer7", at(i, n), at(i, n).Add(-time.Minute), at(i, n), "folder",
					path(n)[last], int32(last), "clips/output/" + id + ".mp4", int64(30_000), word(n, "https://clips.example.org/clips/"+id+".mp4", ""), at(i, n)}
			}),
		r.copyEach(ctx, "clip_jobs", []string{"job_id", "clip_id", "creator_id", "status", "payload", "created_at", "updated_at", "started_at"}, clipsEach,
			func(i, n int) []any {
				return []any{uuid.NewSHA1(uuid.Nil, []byte(exportClip(i, n))), exportClip(i, n), exportCreator(i), word(n, "completed", "running"),
					json.RawMessage(`{"length": 30, "destination": "folder", "requested_by": "twitch:7", "source_title": "A stream about many things"}`),
					at(i, n), at(i, n), at(i, n)}
			}),
		r.copyEach(ctx, "clip_uploads", []string{"clip_id", "destination", "position", "state"}, clipsEach, func(i, n int) []any {
			return []any{exportClip(i, n), "folder", int32(0), word(n, "published", "waiting")}
		}),
		r.copyEach(ctx, "clip_state_history", []string{"clip_id", "seq", "state", "reason", "at"}, clipsEach*len(published), func(i, n int) []any {
			clip, step := n/len(published), n%len(published)
			return []any{exportClip(i, clip), int32(step), path(clip)[step], path(clip)[step], at(i, clip)}
		}),
	)
}

// polls writes a poll for each creator with four answers and all its votes, whose
// sums the database keeps.
func (r *exportRows) polls(ctx context.Context) error {
	poll := func(i int) string { return fmt.Sprintf("poll-%04d", i) }
	return errors.Join(
		r.copyEach(ctx, "polls", []string{"poll_id", "creator_id", "creator", "question", "state", "created_at", "updated_at", "opened_at"}, 1,
			func(i, _ int) []any {
				return []any{poll(i), exportCreator(i), exportCreatorName(i), "Which of these shall we play next?", "open", r.at(i, 0, votesEach),
					r.at(i, 0, votesEach), r.at(i, 0, votesEach)}
			}),
		r.copyEach(ctx, "poll_options", []string{"poll_id", "option_id", "position", "label"}, 4, func(i, n int) []any {
			return []any{poll(i), fmt.Sprintf("o%d", n+1), int32(n + 1), fmt.Sprintf("The game with number %d", n+1)}
		}),
		r.copyEach(ctx, "poll_votes", []string{"poll_id", "option_id", "platform", "voter_id", "voted_at"}, votesEach, func(i, n int) []any {
			return []any{poll(i), fmt.Sprintf("o%d", (i+n*n)%4+1), "twitch", fmt.Sprint(n), r.at(i, n, votesEach)}
		}),
	)
}

// tallies writes a tally for each creator.
func (r *exportRows) tallies(ctx context.Context) error {
	tally := func(i int) string { return fmt.Sprintf("tally-%04d", i) }
	return errors.Join(
		r.copyEach(ctx, "tallies", []string{"tally_id", "creator_id", "creator", "label", "created_at", "updated_at"}, 1, func(i, _ int) []any {
			return []any{tally(i), exportCreator(i), exportCreatorName(i), "Falls", r.at(i, 0, entriesEach), r.at(i, 0, entriesEach)}
		}),
		r.copyEach(ctx, "tally_increments", []string{"tally_id", "delta", "platform", "counted_at"}, entriesEach, func(i, n int) []any {
			return []any{tally(i), int32(1), "twitch", r.at(i, n, entriesEach)}
		}),
	)
}

// scoreboards writes a scoreboard of viewers for each creator.
func (r *exportRows) scoreboards(ctx context.Context) error {
	board := func(i int) string { return fmt.Sprintf("score-%04d", i) }
	return errors.Join(
		r.copyEach(ctx, "scoreboards", []string{"scoreboard_id", "creator_id", "creator", "title", "module_id", "created_at", "updated_at"}, 1,
			func(i, _ int) []any {
				return []any{board(i), exportCreator(i), exportCreatorName(i), "Points of the chat", "points", r.at(i, 0, entriesEach), r.at(i, 0, entriesEach)}
			}),
		r.copyEach(ctx, "score_events", []string{"scoreboard_id", "entry_id", "user_id", "label", "delta", "platform", "scored_at"}, entriesEach,
			func(i, n int) []any {
				return []any{board(i), fmt.Sprintf("twitch:%d", n), fmt.Sprint(n), fmt.Sprintf("viewer%d", n), int32(n + 1), "twitch", r.at(i, n, entriesEach)}
			}),
	)
}
