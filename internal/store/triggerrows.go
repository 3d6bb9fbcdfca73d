package store

import (
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
)

// One statement may touch a row only once, and of several rows for one thing the
// last one counts: so each collects the last of every lane first.

// lastOfEach picks the last of the items with each key, in the order of the items.
func lastOfEach[T any, K comparable](items []T, key func(*T) K) []T {
	if len(items) < 2 {
		return items
	}
	last := make(map[K]int, len(items))
	for i := range items {
		last[key(&items[i])] = i
	}
	if len(last) == len(items) {
		return items
	}
	picked := make([]T, 0, len(last))
	for i := range items {
		if last[key(&items[i])] == i {
			picked = append(picked, items[i])
		}
	}
	return picked
}

// queueTriggers queues everything about triggers but decisions and cooldowns.
func queueTriggers(b *pgx.Batch, lanes []LaneCommit) {
	queueUses(b, lanes)
	queueVotes(b, lanes)
	queuePoints(b, lanes)
	queueClipsOver(b, lanes)
	queueClipsWaiting(b, lanes)
	queueChatCounters(b, lanes)
	queueOverlays(b, lanes)
	queueTriggerChanges(b, lanes)
}

func queueUses(b *pgx.Batch, lanes []LaneCommit) {
	type use struct{ trigger, user string }
	var creators, triggers, users, refs []string
	var totals, streamTotals, seqs []int64
	for i := range lanes {
		for _, u := range lastOfEach(lanes[i].Uses, func(u *Use) use { return use{u.TriggerID, u.UserKey} }) {
			creators, triggers, users = append(creators, lanes[i].CreatorID), append(triggers, u.TriggerID), append(users, u.UserKey)
			refs, totals = append(refs, u.StreamRef), append(totals, u.Total)
			streamTotals, seqs = append(streamTotals, u.StreamTotal), append(seqs, u.LaneSeq)
		}
	}
	if len(creators) == 0 {
		return
	}
	b.Queue(`
		insert into trigger_uses (creator_id, trigger_id, user_key, total, stream_ref, stream_total, last_seq)
		select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[])
		on conflict (creator_id, trigger_id, user_key) do update set total = excluded.total,
			stream_ref = excluded.stream_ref, stream_total = excluded.stream_total, last_seq = excluded.last_seq`,
		creators, triggers, users, totals, refs, streamTotals, seqs)
}

// queueVotes first takes back what was taken back, then writes what still counts
// in the end.
func queueVotes(b *pgx.Batch, lanes []LaneCommit) {
	var cleared, counting voteRows
	for i := range lanes {
		votes := lanes[i].Votes
		emptied := map[string]int{} // trigger → after which of the votes nobody's counted
		for j, v := range votes {
			if v.Clear && v.UserKey == "" {
				emptied[v.TriggerID] = j + 1
				cleared.add(lanes[i].CreatorID, v)
			}
		}
		kept := make([]Vote, 0, len(votes))
		for j, v := range votes {
			if j >= emptied[v.TriggerID] {
				kept = append(kept, v)
			}
		}
		type voter struct{ trigger, user string }
		for _, v := range lastOfEach(kept, func(v *Vote) voter { return voter{v.TriggerID, v.UserKey} }) {
			if v.Clear {
				cleared.add(lanes[i].CreatorID, v)
			} else {
				counting.add(lanes[i].CreatorID, v)
			}
		}
	}
	if len(cleared.creators) > 0 {
		b.Queue(`
			delete from threshold_votes v using unnest($1::text[], $2::text[], $3::text[]) as gone (creator_id, trigger_id, user_key)
			where v.creator_id = gone.creator_id and v.trigger_id = gone.trigger_id and gone.user_key in ('', v.user_key)`,
			cleared.creators, cleared.triggers, cleared.users)
	}
	if len(counting.creators) > 0 {
		b.Queue(`
			insert into threshold_votes (creator_id, trigger_id, user_key, voted_at)
			select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
			on conflict (creator_id, trigger_id, user_key) do update set voted_at = excluded.voted_at`,
			counting.creators, counting.triggers, counting.users, counting.at)
	}
}

type voteRows struct {
	creators, triggers, users []string
	at                        []time.Time
}

func (r *voteRows) add(creatorID string, v Vote) {
	r.creators, r.triggers = append(r.creators, creatorID), append(r.triggers, v.TriggerID)
	r.users, r.at = append(r.users, v.UserKey), append(r.at, storable(v.At))
}

func queuePoints(b *pgx.Batch, lanes []LaneCommit) {
	var creators, users, reasons, triggers, clips []string
	var seqs, deltas []int64
	var ats []time.Time
	var owners, holders []string
	var balances, last []int64
	for i := range lanes {
		for _, p := range lanes[i].Points {
			creators, seqs = append(creators, lanes[i].CreatorID), append(seqs, p.LaneSeq)
			users, deltas, reasons = append(users, p.UserKey), append(deltas, p.Delta), append(reasons, p.Reason)
			triggers, clips, ats = append(triggers, p.TriggerID), append(clips, p.ClipID), append(ats, storable(p.At))
		}
		for _, p := range lastOfEach(lanes[i].Points, func(p *PointChange) string { return p.UserKey }) {
			owners, holders = append(owners, lanes[i].CreatorID), append(holders, p.UserKey)
			balances, last = append(balances, p.Balance), append(last, p.LaneSeq)
		}
	}
	if len(creators) == 0 {
		return
	}
	b.Queue(`
		insert into point_changes (creator_id, lane_seq, user_key, delta, reason, trigger_id, clip_id, at)
		select * from unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])`,
		creators, seqs, users, deltas, reasons, triggers, clips, ats)
	b.Queue(`
		insert into points (creator_id, user_key, balance, last_seq)
		select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
		on conflict (creator_id, user_key) do update set balance = excluded.balance, last_seq = excluded.last_seq`,
		owners, holders, balances, last)
}

func queueOverlays(b *pgx.Batch, lanes []LaneCommit) {
	var creators, triggers, by, droppedFrom, dropped []string
	var patches []*string
	var ats []time.Time
	var seqs []int64
	for i := range lanes {
		for _, o := range lastOfEach(lanes[i].Overlays, func(o *OverlayChange) string { return o.TriggerID }) {
			if o.Drop {
				droppedFrom, dropped = append(droppedFrom, lanes[i].CreatorID), append(dropped, o.TriggerID)
				continue
			}
			creators, triggers = append(creators, lanes[i].CreatorID), append(triggers, o.TriggerID)
			patches, by = append(patches, document(o.Patch)), append(by, o.By)
			ats, seqs = append(ats, storable(o.At)), append(seqs, o.LaneSeq)
		}
	}
	if len(dropped) > 0 {
		b.Queue(`
			delete from trigger_overlays o using unnest($1::text[], $2::text[]) as gone (creator_id, trigger_id)
			where o.creator_id = gone.creator_id and o.trigger_id = gone.trigger_id`, droppedFrom, dropped)
	}
	if len(creators) > 0 {
		b.Queue(`
			insert into trigger_overlays (creator_id, trigger_id, patch, changed_by, changed_at, lane_seq)
			select creator_id, trigger_id, patch::jsonb, changed_by, changed_at, lane_seq
			from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::bigint[])
				as given (creator_id, trigger_id, patch, changed_by, changed_at, lane_seq)
			on conflict (creator_id, trigger_id) do update set patch = excluded.patch, changed_by = excluded.changed_by,
				changed_at = excluded.changed_at, lane_seq = excluded.lane_seq`, creators, triggers, patches, by, ats, seqs)
	}
}

func queueTriggerChanges(b *pgx.Batch, lanes []LaneCommit) {
	var creators, subjects, actions, by, names []string
	var seqs []int64
	var ats []time.Time
	var before, after []*string
	for i := range lanes {
		for _, c := range lanes[i].Changes {
			creators, seqs, subjects = append(creators, lanes[i].CreatorID), append(seqs, c.LaneSeq), append(subjects, c.Subject)
			actions, by, names = append(actions, c.Action), append(by, c.By), append(names, c.Name)
			ats, before, after = append(ats, storable(c.At)), append(before, document(c.Before)), append(after, document(c.After))
		}
	}
	if len(creators) == 0 {
		return
	}
	b.Queue(`
		insert into trigger_changes (creator_id, lane_seq, subject, action, changed_by, name, changed_at, before, after)
		select creator_id, lane_seq, subject, action, changed_by, name, changed_at, before::jsonb, after::jsonb
		from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[], $9::text[])
			as given (creator_id, lane_seq, subject, action, changed_by, name, changed_at, before, after)`,
		creators, seqs, subjects, actions, by, names, ats, before, after)
}

// document returns JSON as a parameter: null for none.
func document(raw json.RawMessage) *string {
	if raw == nil {
		return nil
	}
	text := string(raw)
	return &text
}
