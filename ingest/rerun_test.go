package ingest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// run is a replay of what a lane took in.
type run struct {
	creatorID string
	machine   *trigger.Machine
	decisions []outcome
	points    []string
	changes   []string
	asked     []string
	outbox    []string
	perStream map[inStream]int // how often a trigger fired
}

// inStream is a trigger in a stream, for one author or for everybody (empty).
type inStream struct{ trigger, stream, author string }

// rerun evaluates everything that is stored of what a creator's lane took in, from
// nothing, in the lane's order.
func rerun(t testing.TB, r *rig, creatorID string) *run {
	machine, err := trigger.NewMachine(trigger.DefaultSettings(creatorID, ""), trigger.NewState())
	require.NoError(t, err)
	again := &run{creatorID: creatorID, machine: machine, perStream: map[inStream]int{}}
	for _, stored := range inputs(t, r, creatorID) {
		if out := machine.Step(stored.in); out.Effects != nil {
			again.add(stored.seq, out.Effects)
		}
	}
	return again
}

func (a *run) add(seq int64, e *trigger.Effects) {
	for _, d := range e.Decisions {
		a.decisions = append(a.decisions, outcome{seq, d.TriggerID, d.Key.MessageID, string(d.Step), d.Detail, d.Config, d.Fired})
		if d.Fired {
			ref := a.machine.State().StreamRef
			a.perStream[inStream{d.TriggerID, ref, ""}]++
			a.perStream[inStream{d.TriggerID, ref, d.Author}]++
		}
	}
	for _, p := range e.Points {
		a.points = append(a.points, fmt.Sprintln(seq, p.UserKey, p.Delta, p.Balance, p.Reason, p.TriggerID, p.ClipID))
	}
	for _, q := range e.Asked {
		a.asked = append(a.asked, fmt.Sprintln(seq, q.ClipID, q.UserKey, q.Platform, q.Channel, q.MessageID, q.Name))
	}
	for _, c := range e.Changes {
		a.changes = append(a.changes, fmt.Sprintln(seq, c.Subject, c.Action, c.By))
	}
	for _, signal := range e.Signals {
		a.outbox = append(a.outbox, signal.Key)
	}
	for _, m := range e.Messages {
		a.outbox = append(a.outbox, m.Key+" "+m.Text)
	}
	for _, d := range e.Deletions {
		a.outbox = append(a.outbox, d.Key)
	}
}

// equals checks that the run made the very rows that are stored, and that a lane
// would go on from them as the run would.
func (a *run) equals(t *testing.T, r *rig) {
	slices.SortStableFunc(a.decisions, func(a, b outcome) int {
		return cmp.Or(cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Trigger, b.Trigger))
	})
	same(t, a.decisions, decided(t, r, a.creatorID))
	line := `concat_ws(' ', `
	same(t, a.points, r.lines(`select `+line+`lane_seq, user_key, delta, balance, reason, trigger_id, clip_id) || E'\n' from (
		select *, $2 + sum(delta) over (partition by user_key order by id) as balance from point_changes where creator_id = $1) p
		order by id`, a.creatorID, a.machine.Settings().StartPoints))
	slices.Sort(a.asked)
	stored := r.lines(`select `+line+`lane_seq, clip_id, user_key, platform, channel, message_id, name) || E'\n'
		from clip_requests where creator_id = $1`, a.creatorID)
	slices.Sort(stored)
	same(t, a.asked, stored)
	same(t, a.changes, r.lines(`select `+line+`lane_seq, subject, action, changed_by) || E'\n'
		from trigger_changes where creator_id = $1 order by id`, a.creatorID))
	// Rows about broadcasts are the poller's, not the lane's.
	stored = r.lines(`select dedupe_key || coalesce(' ' || (payload->>'Text'), '')
		from outbox where creator_id = $1 and lane_seq > 0`, a.creatorID)
	slices.Sort(stored)
	slices.Sort(a.outbox)
	same(t, a.outbox, stored)
	a.standsAs(t, r)
}

// same compares long lists and shows where they part.
func same[T comparable](t *testing.T, want, got []T) {
	t.Helper()
	for i := range min(len(want), len(got)) {
		require.Equal(t, want[i], got[i], "number %d of %d and %d", i, len(want), len(got))
	}
	require.Equal(t, len(want), len(got))
}

// standsAs compares where the run ended with what a lane would load.
func (a *run) standsAs(t *testing.T, r *rig) {
	st, err := r.rows.Store.LoadLane(t.Context(), a.creatorID)
	require.NoError(t, err)
	want, got := a.machine.State(), stateOf(st)
	require.True(t, want.Clock.Equal(got.Clock))
	require.Equal(t, len(want.Streams), len(got.Streams))
	for i := range want.Streams {
		require.JSONEq(t, document(t, want.Streams[i]), document(t, got.Streams[i]))
	}
	require.Equal(t, want.StreamRef, got.StreamRef)
	require.Equal(t, want.Paused, got.Paused)
	require.Equal(t, want.Counters, got.Counters)
	require.True(t, maps.Equal(want.Points, got.Points))
	require.Equal(t, want.ActiveClips, got.ActiveClips)
	require.Len(t, got.ClipsRequested, len(want.ClipsRequested))
	require.Len(t, got.Overlays, len(want.Overlays))
	for id, overlay := range want.Overlays {
		require.Equal(t, overlay.Patch == nil, got.Overlays[id].Patch == nil, id)
		require.JSONEq(t, document(t, overlay.Patch), document(t, got.Overlays[id].Patch), id)
		require.Equal(t, overlay.By, got.Overlays[id].By)
		require.True(t, overlay.At.Equal(got.Overlays[id].At))
	}
	for _, use := range st.Uses {
		require.Equal(t, want.Uses(use.TriggerID, use.UserKey), got.Uses(use.TriggerID, use.UserKey))
	}
	for _, c := range st.Cooldowns {
		if c.Until.After(want.Clock) {
			require.True(t, c.Until.Equal(want.Cooldown(c.TriggerID, c.Scope)), "%s %s", c.TriggerID, c.Scope)
		}
	}
	require.Equal(t, a.machine.Settings().Hash(), st.Config.Hash)
}

func document(t testing.TB, v any) string {
	body, err := json.Marshal(v)
	require.NoError(t, err)
	return string(body)
}

// lines asks the database for lines of text.
func (r *rig) lines(sql string, args ...any) (all []string) {
	r.t.Helper()
	r.query(func(conn *pgx.Conn) (err error) {
		rows, _ := conn.Query(context.Background(), sql, args...)
		all, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return all
}

// input is one thing that a lane took in, at its place.
type input struct {
	seq int64
	in  trigger.Input
}

// inputs reads what a lane took in.
func inputs(t testing.TB, r *rig, creatorID string) (all []input) {
	r.query(func(conn *pgx.Conn) error {
		rows, _ := conn.Query(context.Background(), `
			select lane_seq, id, kind, payload, created_at from inbox where creator_id = $1 and lane_seq is not null`, creatorID)
		var seq int64
		row := store.Inbox{CreatorID: creatorID}
		_, err := pgx.ForEachRow(rows, []any{&seq, &row.ID, &row.Kind, &row.Payload, &row.CreatedAt}, func() error {
			in, _, err := readInbox(row)
			all = append(all, input{seq, in})
			return err
		})
		return err
	})
	r.query(func(conn *pgx.Conn) error {
		rows, _ := conn.Query(context.Background(), `
			select lane_seq, platform, message_id, channel, author_id, author_login, author_name, roles, text, reply_to, shared_from,
				self, sent_at, received_at, kind, amount, unit, target, history from chat_events where creator_id = $1`, creatorID)
		var seq int64
		var roles int32
		e := chat.Event{CreatorID: creatorID}
		_, err := pgx.ForEachRow(rows, []any{&seq, &e.Platform, &e.MessageID, &e.Channel, &e.Author.ID, &e.Author.Login, &e.Author.Name,
			&roles, &e.Text, &e.ReplyTo, &e.SharedFrom, &e.Self, &e.SentAt, &e.ReceivedAt, &e.Kind, &e.Amount, &e.Unit,
			&e.Target, &e.History}, func() error {
			message := e
			message.Author.Roles = chat.Roles(roles)
			all = append(all, input{seq, trigger.Input{Message: &message}})
			return nil
		})
		return err
	})
	slices.SortFunc(all, func(a, b input) int { return cmp.Compare(a.seq, b.seq) })
	return all
}
