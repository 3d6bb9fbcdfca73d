package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// Noon is the moment that the times of Boards are told from.
var Noon = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

// Exec runs a statement in the schema of the program, as a feature that writes rows
// would, and notifies the exports.
func Exec(t testing.TB, databaseURL, statement string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	_, err = conn.Exec(t.Context(), `set search_path = streamsuites`)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), statement, args...)
	require.NoError(t, err, statement)
	_, err = conn.Exec(t.Context(), `select pg_notify('streamsuites_export', '')`)
	require.NoError(t, err)
}

// Boards writes polls, tallies and scoreboards in all their states, with what was
// counted minute by minute from Noon on.
func Boards(t testing.TB, databaseURL string) {
	t.Helper()
	for _, statement := range []string{
		`insert into polls (poll_id, creator_id, creator, question, created_at, updated_at) values
			('poll-tea', 'Qx7Zt2', 'Marmot Lantern', 'Tea or cocoa?', '2026-02-01 12:00Z', '2026-02-01 12:00Z'),
			('poll-tie', 'Qx7Zt2', 'Marmot Lantern', 'Cat or dog?', '2026-02-01 12:05Z', '2026-02-01 12:05Z'),
			('poll-new', 'Ab3dE9', '', 'Left or right?', '2026-02-01 12:05Z', '2026-02-01 12:05Z')`,
		`insert into polls (poll_id, creator_id, creator, question, public, created_at, updated_at) values
			('poll-hidden', 'Qx7Zt2', 'Marmot Lantern', 'A surprise?', false, '2026-02-01 12:06Z', '2026-02-01 12:06Z')`,
		`insert into polls (poll_id, creator_id, creator, question, created_at, updated_at) values
			('poll-unfinished', 'Qx7Zt2', 'Marmot Lantern', 'What?', '2026-02-01 12:07Z', '2026-02-01 12:07Z')`,
		`insert into poll_options (poll_id, option_id, position, label) values
			('poll-tea', 'o2', 2, 'Cocoa'), ('poll-tea', 'o1', 1, 'Tea'), ('poll-tea', 'o3', 3, '<Neither>'),
			('poll-tie', 'o1', 1, 'Cat'), ('poll-tie', 'o2', 2, 'Dog'), ('poll-new', 'o1', 1, 'Left'), ('poll-new', 'o2', 2, 'Right'),
			('poll-hidden', 'o1', 1, 'Yes'), ('poll-hidden', 'o2', 2, 'No'), ('poll-unfinished', 'o1', 1, 'Only one')`,
		`update polls set state = 'open', opened_at = '2026-02-01 12:01Z', updated_at = '2026-02-01 12:01Z' where poll_id = 'poll-tea'`,
		`update polls set state = 'open', opened_at = '2026-02-01 12:06Z', updated_at = '2026-02-01 12:06Z' where poll_id in ('poll-tie', 'poll-hidden')`,
		`insert into poll_votes (poll_id, option_id, platform, voter_id, voted_at) values
			('poll-tea', 'o1', 'twitch', 'u1', '2026-02-01 12:02Z'), ('poll-tea', 'o2', 'twitch', 'u2', '2026-02-01 12:02:30Z'),
			('poll-tea', 'o1', 'youtube', 'u1', '2026-02-01 12:03Z'), ('poll-tea', 'o1', 'twitch', 'u3', '2026-02-01 12:04Z'),
			('poll-tie', 'o1', 'twitch', 'u1', '2026-02-01 12:07Z'), ('poll-tie', 'o2', 'twitch', 'u2', '2026-02-01 12:08Z'),
			('poll-hidden', 'o1', 'twitch', 'u1', '2026-02-01 12:09Z')`,
		`update polls set state = 'closed', closed_at = '2026-02-01 12:10Z', updated_at = '2026-02-01 12:10Z', summary = 'Tea won.'
			where poll_id = 'poll-tea'`,

		`insert into tallies (tally_id, creator_id, creator, label, aggregation_type, created_at, updated_at) values
			('tally-deaths', 'Qx7Zt2', 'Marmot Lantern', 'Deaths', 'rolling', '2026-02-01 12:00Z', '2026-02-01 12:00Z'),
			('tally-large', 'Ab3dE9', 'Otter', 'Stars', 'custom', '2026-02-01 12:01Z', '2026-02-01 12:01Z')`,
		`insert into tally_categories (tally_id, category_id, position, label) values ('tally-deaths', 'falls', 1, 'Falls')`,
		`insert into tally_increments (tally_id, category_id, delta, platform, counted_at) values
			('tally-deaths', 'falls', 2, 'twitch', '2026-02-01 12:02Z'), ('tally-deaths', null, 3, 'twitch', '2026-02-01 12:04Z'),
			('tally-deaths', null, -1, 'twitch', '2026-02-01 12:06Z'),
			('tally-large', null, 2147483647, 'twitch', '2026-02-01 12:02Z'), ('tally-large', null, 2147483647, 'twitch', '2026-02-01 12:03Z')`,
		`update tallies set state = 'paused', updated_at = '2026-02-01 12:03Z' where tally_id = 'tally-deaths'`,
		`update tallies set state = 'active', updated_at = '2026-02-01 12:03:30Z' where tally_id = 'tally-deaths'`,

		`insert into scoreboards (scoreboard_id, creator_id, creator, title, module_id, created_at, updated_at) values
			('score-points', 'Qx7Zt2', 'Marmot Lantern', 'Chat points', 'chat-points', '2026-02-01 12:00Z', '2026-02-01 12:00Z'),
			('score-cup', 'Ab3dE9', 'Otter', 'Cup', '', '2026-02-01 12:01Z', '2026-02-01 12:01Z')`,
		`insert into score_events (scoreboard_id, entry_id, user_id, label, delta, context, platform, scored_at) values
			('score-points', 'twitch:u1', 'u1', 'viewer77', 5, 'round 1', 'twitch', '2026-02-01 12:02Z'),
			('score-points', 'twitch:u2', 'u2', 'otter', 7, 'round 1', 'twitch', '2026-02-01 12:03Z'),
			('score-points', 'twitch:u1', 'u1', 'Viewer 78', 7, 'round 2', 'twitch', '2026-02-01 12:04Z'),
			('score-points', 'twitch:u2', 'u2', 'otter', 5, 'round 2', 'twitch', '2026-02-01 12:05Z'),
			('score-points', 'twitch:u3', 'u3', 'marten', -2, '', 'twitch', '2026-02-01 12:06Z'),
			('score-cup', 'fern', '', 'Team Fern', 3, '', 'twitch', '2026-02-01 12:03Z')`,
		`update scoreboards set state = 'final', finalized_at = '2026-02-01 12:08Z', updated_at = '2026-02-01 12:08Z' where scoreboard_id = 'score-cup'`,
	} {
		Exec(t, databaseURL, statement)
	}
}
