package store

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype/zeronull"
)

// Everything but chat goes through one pipelined batch, one statement a table,
// the rows as arrays.

func queueDecisions(b *pgx.Batch, lanes []LaneCommit) {
	var creators, triggers, platforms, messages, outcomes, steps, details, configs, authors []string
	var seqs []int64
	var ats []time.Time
	for i := range lanes {
		for _, d := range lanes[i].Decisions {
			outcome := "denied"
			if d.Fired {
				outcome = "fired"
			}
			creators, seqs = append(creators, lanes[i].CreatorID), append(seqs, d.LaneSeq)
			triggers, outcomes = append(triggers, d.TriggerID), append(outcomes, outcome)
			platforms, messages = append(platforms, string(d.Key.Platform)), append(messages, d.Key.MessageID)
			steps, details = append(steps, d.Step), append(details, d.Detail)
			configs, ats, authors = append(configs, d.Config), append(ats, storable(d.At)), append(authors, d.Author)
		}
	}
	if len(creators) == 0 {
		return
	}
	b.Queue(`
		insert into decisions (creator_id, lane_seq, trigger_id, platform, message_id, outcome, step, detail, config, decided_at, author)
		select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
			$9::text[], $10::timestamptz[], $11::text[])`,
		creators, seqs, triggers, platforms, messages, outcomes, steps, details, configs, ats, authors)
}

func queueCooldowns(b *pgx.Batch, lanes []LaneCommit) {
	var creators, triggers, scopes []string
	var untils, fired []time.Time
	for i := range lanes {
		type mark struct{ trigger, scope string }
		last := make(map[mark]int, len(lanes[i].Cooldowns))
		for j, c := range lanes[i].Cooldowns {
			last[mark{c.TriggerID, c.Scope}] = j
		}
		for j, c := range lanes[i].Cooldowns {
			if last[mark{c.TriggerID, c.Scope}] != j {
				continue // one statement may touch a row only once
			}
			creators, triggers, scopes = append(creators, lanes[i].CreatorID), append(triggers, c.TriggerID), append(scopes, c.Scope)
			untils, fired = append(untils, storable(c.Until)), append(fired, storable(c.FiredAt))
		}
	}
	if len(creators) == 0 {
		return
	}
	b.Queue(`
		insert into cooldowns (creator_id, trigger_id, scope, until, fired_at)
		select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
		on conflict (creator_id, trigger_id, scope) do update set until = excluded.until, fired_at = excluded.fired_at`,
		creators, triggers, scopes, untils, fired)
}

// queueOutbox inserts the outbox rows and puts their ids into ids, by creator, in
// the order given.
func queueOutbox(b *pgx.Batch, lanes []LaneCommit, ids map[string][]int64) {
	var rows outboxRows
	place := map[string]*int64{} // by dedupe key
	for i := range lanes {
		mine := make([]int64, len(lanes[i].Outbox))
		for j, o := range lanes[i].Outbox {
			o.CreatorID = lanes[i].CreatorID
			rows.add(o)
			place[o.DedupeKey] = &mine[j]
		}
		if len(mine) > 0 {
			ids[lanes[i].CreatorID] = mine
		}
	}
	if len(place) == 0 {
		return
	}
	rows.queue(b).Query(func(found pgx.Rows) error {
		var id int64
		var key string
		_, err := pgx.ForEachRow(found, []any{&id, &key}, func() error {
			*place[key] = id
			return nil
		})
		return err
	})
}

// queueInboxDone marks inbox rows as consumed, each by one lane and once.
func queueInboxDone(b *pgx.Batch, lanes []LaneCommit) {
	var creators []string
	var ids, seqs []int64
	for i := range lanes {
		for id, seq := range lanes[i].InboxDone {
			creators, ids, seqs = append(creators, lanes[i].CreatorID), append(ids, id), append(seqs, seq)
		}
	}
	if len(ids) == 0 {
		return
	}
	b.Queue(`
		update inbox set lane_seq = done.seq
		from unnest($1::text[], $2::bigint[], $3::bigint[]) as done (creator_id, id, seq)
		where inbox.id = done.id and inbox.creator_id = done.creator_id and inbox.lane_seq is null`, creators, ids, seqs).
		Exec(func(tag pgconn.CommandTag) error {
			if tag.RowsAffected() != int64(len(ids)) {
				return errInboxConsumed
			}
			return nil
		})
}

func queueCounters(b *pgx.Batch, lanes []LaneCommit) {
	var creators, platforms []string
	var messages, triggers, actions, failed []int64
	var last []zeronull.Timestamptz
	for i := range lanes {
		for platform, d := range lanes[i].Counters {
			creators, platforms = append(creators, lanes[i].CreatorID), append(platforms, string(platform))
			last = append(last, nullable(d.LastEventAt))
			messages, triggers = append(messages, d.Messages), append(triggers, d.Triggers)
			actions, failed = append(actions, d.Actions), append(failed, d.ActionsFailed)
		}
	}
	if len(creators) == 0 {
		return
	}
	b.Queue(`
		insert into counters as c (creator_id, platform, messages, triggers, actions, actions_failed, last_event_at)
		select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::timestamptz[])
		on conflict (creator_id, platform) do update set
			messages = c.messages + excluded.messages, triggers = c.triggers + excluded.triggers,
			actions = c.actions + excluded.actions, actions_failed = c.actions_failed + excluded.actions_failed,
			last_event_at = greatest(c.last_event_at, excluded.last_event_at)`,
		creators, platforms, messages, triggers, actions, failed, last)
}

// SequenceError says that lanes do not stand where their last commits left them:
// they have to be loaded again.
type SequenceError struct {
	CreatorIDs []string
}

// Error implements error.
func (e *SequenceError) Error() string {
	return fmt.Sprintf("the lanes of %s do not stand where their last commits left them", strings.Join(e.CreatorIDs, ", "))
}

func queueLanes(b *pgx.Batch, lanes []LaneCommit) {
	creators, seqs, clocks := make([]string, len(lanes)), make([]int64, len(lanes)), make([]time.Time, len(lanes))
	for i := range lanes {
		creators[i], seqs[i], clocks[i] = lanes[i].CreatorID, lanes[i].NextSeq, storable(lanes[i].Clock)
	}
	b.Queue(`
		insert into lanes (creator_id, next_seq, clock)
		select * from unnest($1::text[], $2::bigint[], $3::timestamptz[])
		on conflict (creator_id) do update set next_seq = excluded.next_seq, clock = excluded.clock
		where lanes.next_seq <= excluded.next_seq
		returning creator_id`, creators, seqs, clocks).
		Query(func(rows pgx.Rows) error {
			written, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil || len(written) == len(creators) {
				return err
			}
			refused := slices.DeleteFunc(creators, func(id string) bool { return slices.Contains(written, id) })
			return &SequenceError{CreatorIDs: refused}
		})
}

// Channels on which commits and transitions tell other processes that there is
// something to read. Payloads are creator ids for the inbox and the outbox, row ids
// for events, and for exports what kind of rows changed; see NoticeClip.
const (
	ChannelOutbox = "streamsuites_outbox"
	ChannelInbox  = "streamsuites_inbox"
	ChannelExport = "streamsuites_export"
	ChannelEvent  = "streamsuites_event"
)

func queueNotices(b *pgx.Batch, lanes []LaneCommit) {
	for i := range lanes {
		if len(lanes[i].Outbox) > 0 {
			queueNotice(b, ChannelOutbox, lanes[i].CreatorID)
		}
		for j := range lanes[i].Clips {
			queueNotice(b, ChannelExport, NoticeClip+lanes[i].Clips[j].ClipID)
		}
		if len(lanes[i].Changes) > 0 {
			queueNotice(b, ChannelExport, NoticeTriggers+lanes[i].CreatorID)
		}
	}
}

func queueNotice(b *pgx.Batch, channel, payload string) {
	b.Queue(`select pg_notify($1, $2)`, channel, payload)
}
