package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

// takeIn puts an input into the inbox and has the lane consume it at a place.
func (b bench) takeIn(t testing.TB, seq int64, kind string, payload any) {
	t.Helper()
	require.NoError(t, b.store.PutInbox(t.Context(), creator, kind, fmt.Sprint(kind, seq), payload))
	rows, err := b.store.PendingInbox(t.Context(), []string{creator})
	require.NoError(t, err)
	require.Len(t, rows, 1)
	b.commit(t, store.LaneCommit{
		CreatorID: creator, Epoch: b.epoch, NextSeq: seq + 1, Clock: noon, InboxDone: map[int64]int64{rows[0].ID: seq},
	})
}

func broadcast(p chat.Platform, id string) control.Stream {
	return control.Stream{CreatorID: creator, Platform: p, Channel: "channel", StreamID: id, StartedAt: noon}
}

func readLog(t testing.TB, s *store.Store, creatorID string, span store.LogSpan) []store.LogEntry {
	t.Helper()
	log, err := s.OpenLog(t.Context(), creatorID, span)
	require.NoError(t, err)
	var entries []store.LogEntry
	require.NoError(t, log.Read(t.Context(), func(e store.LogEntry) error {
		entries = append(entries, e)
		return nil
	}))
	return entries
}

// places says what the entries are, briefly.
func places(entries []store.LogEntry) []string {
	var all []string
	for _, e := range entries {
		switch {
		case e.Event != nil:
			all = append(all, fmt.Sprintf("%d message", e.LaneSeq))
		case e.Input != nil:
			all = append(all, fmt.Sprintf("%d %s", e.LaneSeq, e.Input.Kind))
		default:
			all = append(all, fmt.Sprintf("%d decision %s", e.LaneSeq, e.Decision.TriggerID))
		}
	}
	return all
}

func decision(seq int64, trigger string, fired bool) store.Decision {
	about := message(creator, int(seq))
	return store.Decision{LaneSeq: seq, TriggerID: trigger, Key: about.Key(), Fired: fired, Step: "", Config: "abc", At: noon}
}

func TestALogIsReadInTheOrderOfItsLane(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.takeIn(t, 1, control.InboxStreamLive, broadcast(chat.Twitch, "s1"))
	rows := chatter(creator, b.epoch, 2, 3)
	rows.Decisions = []store.Decision{decision(3, "ping", true), decision(3, "hello", false)}
	b.commit(t, rows)
	b.takeIn(t, 6, control.InboxStreamOver, broadcast(chat.Twitch, "s1"))
	require.NoError(t, b.store.PutInbox(t.Context(), creator, control.InboxStreamLive, "waiting", broadcast(chat.Twitch, "s2")))
	b.commit(t, chatter(creator, b.epoch, 8, 1))

	require.Equal(t, []string{
		"1 stream_live", "2 message", "3 message", "3 decision hello", "3 decision ping", "4 message", "6 stream_over", "8 message",
	}, places(readLog(t, b.store, creator, store.LogSpan{})))
	require.Empty(t, readLog(t, b.store, "Nobody", store.LogSpan{}))
}

func TestALogOfManyPagesIsWhole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const n = 2*store.LogPage + 10
	rows := chatter(creator, b.epoch, 1, n)
	for i := range rows.Events {
		for _, trigger := range []string{"a", "b", "c"} { // so that pages end in the middle of a place
			rows.Decisions = append(rows.Decisions, decision(int64(i+1), trigger, i%2 == 0))
		}
		rows.Events[i].SentAt = noon.AddDate(0, 0, i%4-1) // of several partitions, and not in their order
	}
	b.commit(t, rows)
	entries := readLog(t, b.store, creator, store.LogSpan{})
	require.Len(t, entries, 4*n)
	for i := range n {
		require.Equal(t, rows.Events[i].MessageID, entries[4*i].Event.MessageID)
		for j, trigger := range []string{"a", "b", "c"} {
			require.Equal(t, trigger, entries[4*i+1+j].Decision.TriggerID)
			require.Equal(t, int64(i+1), entries[4*i+1+j].LaneSeq)
		}
	}
}

func TestASpanOfALogBeginsWithWhatWasInForce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.takeIn(t, 1, control.InboxConfig, map[string]int{"N": 1})
	b.takeIn(t, 2, control.InboxStreamLive, broadcast(chat.Twitch, "over"))
	b.takeIn(t, 3, control.InboxStreamOver, broadcast(chat.Twitch, "over"))
	b.takeIn(t, 4, control.InboxStreamLive, broadcast(chat.Kick, "s"))
	b.takeIn(t, 5, control.InboxConfig, map[string]int{"N": 2})
	b.takeIn(t, 6, control.InboxPointGrant, control.PointGrant{Delta: 1})
	b.commit(t, chatter(creator, b.epoch, 7, 5000))
	conn := b.connect(t)
	_, err := conn.Exec(t.Context(), `update streamsuites.inbox set created_at = $1`, noon.Add(-time.Hour))
	require.NoError(t, err)

	received := func(n int) time.Time { return message(creator, n).ReceivedAt }
	span := store.LogSpan{From: received(100), To: received(102)}
	require.Equal(t, []string{"4 stream_live", "5 config", "100 message", "101 message"}, places(readLog(t, b.store, creator, span)))
	require.Empty(t, readLog(t, b.store, creator, store.LogSpan{From: received(10_000)}))
	require.Len(t, readLog(t, b.store, creator, store.LogSpan{To: received(8)}), 7)

	log, err := b.store.OpenLog(t.Context(), creator, span)
	require.NoError(t, err)
	require.Equal(t, []int64{100, 101}, []int64{log.FromSeq, log.ToSeq})
	require.True(t, log.Texts)
}

// given is a log as a recording holds it.
func given() []store.LogEntry {
	event := func(seq int64, change func(*store.Event)) store.LogEntry {
		e := message("other", int(seq))
		e.CreatorID, e.LaneSeq = creator, seq
		change(&e)
		return store.LogEntry{LaneSeq: seq, Event: &e}
	}
	input := func(seq int64, kind string, payload any) store.LogEntry {
		body, err := json.Marshal(payload)
		if err != nil {
			panic(err)
		}
		return store.LogEntry{LaneSeq: seq, Input: &store.LogInput{Kind: kind, Payload: body, CreatedAt: noon.Add(-time.Minute)}}
	}
	decided := store.Decision{
		CreatorID: creator, Author: "youtube:1234567", LaneSeq: 4, TriggerID: "hype", Key: chat.Key{Platform: chat.YouTube, MessageID: "raid-1"}, Step: "cooldown_user",
		Detail: "3 s left", Config: "c0ffee", At: noon,
	}
	return []store.LogEntry{
		input(2, control.InboxConfig, map[string]any{"Creator": "Some Creator"}),
		event(3, func(*store.Event) {}),
		event(4, func(e *store.Event) {
			e.Platform, e.MessageID, e.Kind, e.Amount, e.Unit = chat.YouTube, "raid-1", chat.Paid, 500, "EUR"
			e.ReplyTo, e.SharedFrom, e.Self, e.SentAt = "m0", "room", true, noon.Add(time.Hour)
			e.Target, e.History = "u1", true
		}),
		{LaneSeq: 4, Decision: &decided},
		event(9, func(e *store.Event) { e.SentAt = time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC) }),
		input(12, control.InboxStreamOver, broadcast(chat.Twitch, "s1")),
	}
}

func sequence(entries []store.LogEntry, last error) iter.Seq2[store.LogEntry, error] {
	return func(yield func(store.LogEntry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
		if last != nil {
			yield(store.LogEntry{}, last)
		}
	}
}

func (b bench) importLog(t testing.TB, entries []store.LogEntry) error {
	t.Helper()
	_, err := b.store.ImportLog(t.Context(), store.LogImport{CreatorID: creator, Entries: sequence(entries, nil), MaxSkew: 2 * time.Second})
	return err
}

func TestALogThatWasImportedIsReadBackTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	done, err := b.store.ImportLog(t.Context(), store.LogImport{
		CreatorID: creator, Entries: sequence(given(), nil), MaxSkew: 2 * time.Second,
	})
	require.NoError(t, err)
	require.Equal(t, store.LogImported{Events: 3, Inputs: 2, Decisions: 1, FromSeq: 2, ToSeq: 12}, done)

	read := readLog(t, b.store, creator, store.LogSpan{})
	for i, want := range given() {
		if want.Input != nil {
			require.JSONEq(t, string(want.Input.Payload), string(read[i].Input.Payload))
			read[i].Input.Payload = want.Input.Payload
		}
		require.Equal(t, want, read[i])
	}
	require.Len(t, read, len(given()))
}

func TestALaneGoesOnBehindALogThatWasImported(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.importLog(t, given()))
	lane, err := b.store.LoadLane(t.Context(), creator)
	require.NoError(t, err)
	require.Equal(t, int64(13), lane.NextSeq)
	require.Equal(t, message("other", 4).ReceivedAt.Add(2*time.Second), lane.Clock, "a message from the future counts as said just after it came")
	require.Len(t, lane.Recent, 3)
	pending, err := b.store.PendingInbox(t.Context(), []string{creator})
	require.NoError(t, err)
	require.Empty(t, pending, "inputs of the log are consumed")

	// A holder that loaded the lane before finds out, and one that loads it now goes on.
	late := chatter(creator, b.epoch, 1, 5)
	late.After = 1
	_, err = b.committer.Commit(t.Context(), []store.LaneCommit{late})
	var moved *store.SequenceError
	require.ErrorAs(t, err, &moved)
	next := chatter(creator, b.epoch, 13, 5)
	next.After = 13
	b.commit(t, next)
}

func TestALogIsImportedOnlyIntoALaneThatHasNotBegun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.commit(t, chatter(creator, b.epoch, 1, 1))
	require.ErrorIs(t, b.importLog(t, given()), store.ErrLaneBegun)
}

func TestALogIsImportedAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	b := setup(t)
	broken := errors.New("line 7 cannot be read")
	_, err := b.store.ImportLog(t.Context(), store.LogImport{CreatorID: creator, Entries: sequence(given(), broken)})
	require.ErrorIs(t, err, broken)
	require.Empty(t, readLog(t, b.store, creator, store.LogSpan{}))

	require.ErrorIs(t, b.importLog(t, append(given(), given()[1])), store.ErrStoredAlready)
	require.Empty(t, readLog(t, b.store, creator, store.LogSpan{}))
	require.NoError(t, b.importLog(t, given()), "what failed left nothing behind")
}

func TestAnImportOfManyRowsFillsTheDaysThatHaveAPartition(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.store.EnsurePartitions(t.Context(), noon))
	var entries []store.LogEntry
	for i := range 10_000 {
		e := message(creator, i+1)
		entries = append(entries, store.LogEntry{LaneSeq: int64(i + 1), Event: &e})
	}
	require.NoError(t, b.importLog(t, entries))
	require.Equal(t, 10_000, b.rowsByPartition(t)["chat_events_20260201"])
	require.Len(t, readLog(t, b.store, creator, store.LogSpan{}), 10_000)
}

func TestALogIsForgottenWithItsChatButForWhatIsStillInForce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	conn := b.connect(t)
	b.takeIn(t, 1, control.InboxConfig, map[string]int{"N": 1})
	b.takeIn(t, 2, control.InboxConfig, map[string]int{"N": 2})
	b.takeIn(t, 3, control.InboxStreamLive, broadcast(chat.Kick, "old"))
	b.takeIn(t, 4, control.InboxStreamLive, broadcast(chat.Twitch, "s"))
	b.takeIn(t, 5, control.InboxStreamOver, broadcast(chat.Kick, "old"))
	rows := chatter(creator, b.epoch, 6, 1)
	rows.Decisions = []store.Decision{decision(6, "ping", true)}
	b.commit(t, rows)
	_, err := conn.Exec(t.Context(), `
		update streamsuites.inbox set created_at = $1;`, noon)
	require.NoError(t, err)
	for _, hash := range []string{"in-force", "decided-under", "forgotten"} {
		_, err := conn.Exec(t.Context(), `insert into streamsuites.configs values ($1, $2, '{}', $3)`, creator, hash, noon)
		require.NoError(t, err)
	}
	_, err = conn.Exec(t.Context(), `update streamsuites.lanes set config = 'in-force'`)
	require.NoError(t, err)
	late := chatter(creator, b.epoch, 7, 1)
	late.Decisions = []store.Decision{decision(7, "ping", true)}
	late.Decisions[0].Config, late.Decisions[0].At = "decided-under", noon.AddDate(0, 0, 2)
	late.Events[0].SentAt, late.Events[0].ReceivedAt = noon.AddDate(0, 0, 2), noon.AddDate(0, 0, 2)
	b.commit(t, late)

	_, err = b.store.PruneChat(t.Context(), noon.AddDate(0, 0, 1))
	require.NoError(t, err)
	require.Equal(t, []string{"2 config", "4 stream_live", "7 message", "7 decision ping"},
		places(readLog(t, b.store, creator, store.LogSpan{})))
	var hashes string
	require.NoError(t, conn.QueryRow(t.Context(), `select string_agg(hash, ' ' order by hash) from streamsuites.configs`).Scan(&hashes))
	require.Equal(t, "decided-under in-force", hashes)
}

func TestAReaderCanStopALogAtAnyEntry(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.commit(t, chatter(creator, b.epoch, 1, 10))
	log, err := b.store.OpenLog(t.Context(), creator, store.LogSpan{})
	require.NoError(t, err)
	full := errors.New("the disk is full")
	require.ErrorIs(t, log.Read(t.Context(), func(store.LogEntry) error { return full }), full)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, log.Read(ctx, func(store.LogEntry) error { return nil }), context.Canceled)
}

// TestNoStatementChangesChatThatIsStored keeps the log append-only: besides the
// housekeeping of partitions no SQL of the program changes or deletes chat. The
// benchmarks empty databases of their own.
func TestNoStatementChangesChatThatIsStored(t *testing.T) {
	t.Parallel()
	changes := regexp.MustCompile(`(?i)\b(update|delete\s+from|truncate(\s+table)?|merge\s+into)\s+(only\s+)?(streamsuites\.)?"?chat_events|on conflict[^;]*do update[^;]*chat_events`)
	root := filepath.Join("..", "..")
	require.NoError(t, filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if strings.HasPrefix(name, ".") && path != root || name == "node_modules" || name == "var" || name == "bench" {
				return filepath.SkipDir
			}
			return nil
		}
		program := strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".sql")
		if !program {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		require.Empty(t, changes.FindAllString(string(text), -1), path)
		return nil
	}))
}
