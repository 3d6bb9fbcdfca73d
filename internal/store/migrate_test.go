package store_test

import (
	"context"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// shape describes every column, constraint and index of the schema.
func shape(t testing.TB, url string) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), `
		select format('%s.%s %s %s %s %s', table_name, column_name, data_type, is_nullable, column_default, collation_name)
		from information_schema.columns where table_schema = 'streamsuites'
		union all
		select conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'streamsuites'::regnamespace
		union all
		select indexdef from pg_indexes where schemaname = 'streamsuites'
		order by 1`)
	require.NoError(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.NotEmpty(t, lines)
	return lines
}

// clipsOfVersion1 are clips of when each had one destination.
const clipsOfVersion1 = `
	insert into streamsuites.clips (clip_id, creator_id, creator, title, source_title, platform, channel, message_id, requested_by, clipper,
		requested_at, start_at, end_at, destination, state, reason, url)
	select c.id, 'c', 'C', 't', 's', 'twitch', 'c', 'm', 'twitch:a', 'A', now(), now(), now(), c.destination, c.state, c.reason, c.url
	from (values ('aaaaaa', 'folder', 'published', '', 'http://host/1'), ('bbbbbb', '', 'failed', 'Too old.', ''),
		('cccccc', 'folder', 'encoded', '', ''), ('dddddd', 'youtube', 'uploading', '', '')) as c (id, destination, state, reason, url)`

// lanesOfVersion2 are lanes and clips of before triggers counted and changed
// anything, one of them ended without the lane knowing.
const lanesOfVersion2 = `
	insert into streamsuites.lanes (creator_id, next_seq, clock) values ('c', 7, now());
	insert into streamsuites.streams (creator_id, platform, stream_id, channel, title, started_at, seen_at)
	values ('c', 'twitch', 's1', 'c', 'Boss fight', now(), now());
	insert into streamsuites.decisions (creator_id, lane_seq, trigger_id, platform, message_id, outcome, step, detail, config, decided_at)
	values ('c', 3, 'clip', 'twitch', 'm', 'fired', '', '', 'h', now());
	insert into streamsuites.clips (clip_id, creator_id, creator, title, source_title, platform, channel, message_id, requested_by, clipper,
		requested_at, start_at, end_at, destination, state)
	select c.id, 'c', 'C', 't', 's', 'twitch', 'c', 'm', 'twitch:a', 'A', now(), now(), now(), 'folder', c.state
	from (values ('aaaaaa', 'published'), ('bbbbbb', 'failed'), ('cccccc', 'encoded')) as c (id, state);
	insert into streamsuites.inbox (creator_id, kind, dedupe_key, payload, lane_seq)
	values ('c', 'clip_result', 'clip_result:aaaaaa:4', '{"ClipID": "aaaaaa"}', 5), ('c', 'clip_result', 'clip_result:bbbbbb:2', '{"ClipID": "bbbbbb"}', null);
	insert into streamsuites.chat_events (day, platform, message_id, creator_id, lane_seq, channel, author_id, author_login, author_name,
		roles, text, reply_to, shared_from, self, sent_at, received_at)
	values (now(), 'twitch', 'm', 'c', 3, 'c', 'a', 'a', 'A', 0, '!clip', '', '', false, now(), now())`

// messageOfVersion6 is a message of before events were about anything.
const messageOfVersion6 = `
	insert into streamsuites.chat_events (day, platform, message_id, creator_id, lane_seq, channel, author_id, author_login, author_name,
		roles, text, reply_to, shared_from, self, sent_at, received_at)
	values (now(), 'twitch', 'm', 'c', 3, 'c', 'a', 'a', 'A', 0, '!clip', '', '', false, now(), now())`

// statusOfVersion11 is a connection of before anybody kept since when.
const statusOfVersion11 = `insert into streamsuites.platform_status (creator_id, platform, channel, state) values ('c', 'twitch', 'c', 'live')`

func TestADatabaseOfEveryEarlierVersionIsMigratedToTheNewest(t *testing.T) {
	t.Parallel()
	// For each version that was released, rows as it wrote them and a question that
	// the newest version has to answer with true. Version 0 is an empty database.
	earlier := []struct{ rows, holds string }{
		0: {rows: `select`, holds: `not exists (select from streamsuites.clips)`},
		1: {rows: clipsOfVersion1, holds: `(
			select array_agg(concat_ws('|', clip_id, destination, position, state, reason, url) order by clip_id)
				= array['aaaaaa|folder|0|published||http://host/1', 'bbbbbb|folder|0|failed|Too old.|', 'cccccc|folder|0|waiting||',
					'dddddd|youtube|0|uploading||']
			from streamsuites.clip_uploads)`},
		2: {rows: lanesOfVersion2, holds: `(
			select array_agg(concat_ws('|', clip_id, over_seq) order by clip_id) = array['aaaaaa|0', 'bbbbbb', 'cccccc'] from streamsuites.clips)
			and (select streams is null and config = '' and not paused from streamsuites.lanes)
			and (select category = '' and viewers = 0 and told = 1 from streamsuites.streams)
			and (select author = '' from streamsuites.decisions) and (select kind = '' and amount = 0 from streamsuites.chat_events)`},
		3:  {rows: `select`, holds: `not exists (select from streamsuites.reloads)`},
		4:  {rows: `select`, holds: `not exists (select from streamsuites.polls)`},
		5:  {rows: `select`, holds: `not exists (select from streamsuites.quota_days)`},
		6:  {rows: messageOfVersion6, holds: `(select target = '' and not history from streamsuites.chat_events)`},
		7:  {rows: `select`, holds: `not exists (select from streamsuites.chat_watchers)`},
		8:  {rows: `select`, holds: `(select count(*) = 2 from pg_indexes where indexname in ('decisions_fired', 'clip_jobs_newest'))`},
		9:  {rows: `select`, holds: `not exists (select from streamsuites.chat_cursors)`},
		10: {rows: `select`, holds: `not exists (select from streamsuites.account_tokens)`},
		11: {rows: `insert into streamsuites.chat_counters (creator_id, name, value) values ('c', 'deaths', 7)`, holds: `(
			select array_agg(concat_ws('|', c.name, c.value, c.was, c.lane_seq, c.changed_by)) = array['deaths|7|7|0|'] from streamsuites.counter_changes c
			join streamsuites.chat_counters n on n.name = c.name and n.updated_at = c.changed_at)`},
		12: {rows: statusOfVersion11, holds: `(select since <= now() from streamsuites.platform_status)
			and not exists (select from streamsuites.ingest_reports)`},
		13: {rows: clipsOfVersion1, holds: `(select array_agg(concat_ws('|', clip_id, user_key, platform, name, lane_seq) order by clip_id)
			= array['aaaaaa|twitch:a|twitch|A|0', 'bbbbbb|twitch:a|twitch|A|0', 'cccccc|twitch:a|twitch|A|0', 'dddddd|twitch:a|twitch|A|0']
			from streamsuites.clip_requests)`},
		14: {
			rows:  `insert into streamsuites.outbox (creator_id, lane_seq, kind, dedupe_key, platform, channel, payload) values ('c', 1, 'reply', 'k', 'twitch', 'c', '{}')`,
			holds: `(select class = 0 from streamsuites.outbox where dedupe_key = 'k')`,
		},
		15: {
			rows: `insert into streamsuites.ingest_reports (creator_id, platform, stream_id, sources) values ('c', 'twitch', 's', '{irc}')`,
			holds: `(select sources = '{irc}' and source_messages = '{}' from streamsuites.ingest_reports)
				and not exists (select from streamsuites.webhook_counts)`,
		},
		16: {
			rows: clipsOfVersion1 + `;
				insert into streamsuites.clip_uploads (clip_id, destination, position, state, deferred_until)
				select clip_id, destination, 0, case clip_id when 'dddddd' then 'deferred' else 'waiting' end, now() from streamsuites.clips where destination <> ''`,
			holds: `(select array_agg(clip_id) = array['dddddd'] from streamsuites.clips where waits_seq is not null)`,
		},
	}
	newest, err := store.Migrations()
	require.NoError(t, err)
	require.Len(t, earlier, newest, "add a row for the version before a new migration")
	fresh := storetest.Empty(t)
	require.NoError(t, store.Migrate(t.Context(), fresh, zerolog.Nop()))
	want := shape(t, fresh)

	for version, c := range earlier {
		url := storetest.Empty(t)
		require.NoError(t, store.MigrateTo(t.Context(), url, int32(version)))
		conn, err := pgx.Connect(t.Context(), url)
		require.NoError(t, err)
		_, err = conn.Exec(t.Context(), c.rows)
		require.NoError(t, err, version)
		require.NoError(t, store.Migrate(t.Context(), url, zerolog.Nop()), version)
		require.Equal(t, want, shape(t, url), version)
		var holds bool
		require.NoError(t, conn.QueryRow(t.Context(), `select `+c.holds).Scan(&holds), version)
		require.True(t, holds, version)
		require.NoError(t, conn.Close(t.Context()))
	}
}

func TestEveryMigrationCanBeTakenBack(t *testing.T) {
	t.Parallel()
	url := storetest.Empty(t)
	require.NoError(t, store.Migrate(t.Context(), url, zerolog.Nop()))
	want := shape(t, url)
	require.NoError(t, store.MigrateTo(t.Context(), url, 0))
	require.NoError(t, store.Migrate(t.Context(), url, zerolog.Nop()))
	require.Equal(t, want, shape(t, url))
}

func TestMigratingAgainKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.clip(t, "ab12cd")
	want := shape(t, b.url)
	require.NoError(t, store.Migrate(t.Context(), b.url, zerolog.Nop()))
	require.Equal(t, want, shape(t, b.url))
	_, err := b.store.Clip(t.Context(), "ab12cd")
	require.NoError(t, err)
}

func TestProcessesThatMigrateAtOnceTakeTurns(t *testing.T) {
	t.Parallel()
	url := storetest.Empty(t)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() { assert.NoError(t, store.Migrate(t.Context(), url, zerolog.Nop())) })
	}
	wg.Wait()
	fresh, _ := storetest.New(t)
	require.Equal(t, shape(t, fresh), shape(t, url))
}

func TestADatabaseOfANewerProgramIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.connect(t).Exec(t.Context(), `update streamsuites.schema_version set version = 900`)
	require.NoError(t, err)
	var newer *store.NewerSchemaError
	require.ErrorAs(t, store.Migrate(t.Context(), b.url, zerolog.Nop()), &newer)
	require.Equal(t, int32(900), newer.Found)
}

func TestADatabaseThatCannotBeReachedIsAnErrorWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://app:secret@127.0.0.1:1/x", "postgres://app:secret@127.0.0.1:1/x?pool_max_conns=no", "postgres://app:secret@ /"} {
		_, err := store.Open(t.Context(), url)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "secret")
		_, err = store.OpenCommitter(t.Context(), url)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "secret")
	}
}

func TestTheURLMaySayHowLargeThePoolIs(t *testing.T) {
	t.Parallel()
	url, _ := storetest.New(t)
	url += "&pool_max_conns=2"
	require.NoError(t, store.Migrate(t.Context(), url, zerolog.Nop()))
	s, err := store.Open(t.Context(), url)
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.Ping(t.Context()))
	committer, err := store.OpenCommitter(t.Context(), url)
	require.NoError(t, err)
	require.NoError(t, committer.Close(t.Context()))
	require.NoError(t, committer.Close(t.Context()), "closing twice does no harm")
}
