package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// queueTaken writes inputs of the lanes' own as inbox rows that are consumed.
func queueTaken(b *pgx.Batch, lanes []LaneCommit) {
	var creators, kinds, keys, payloads []string
	var ats []time.Time
	var seqs []int64
	for i := range lanes {
		for _, t := range lanes[i].Taken {
			creators, kinds, keys = append(creators, lanes[i].CreatorID), append(kinds, t.Kind), append(keys, t.DedupeKey)
			payloads, ats, seqs = append(payloads, string(t.Payload)), append(ats, storable(t.At)), append(seqs, t.LaneSeq)
		}
	}
	if len(creators) == 0 {
		return
	}
	b.Queue(`
		insert into inbox (creator_id, kind, dedupe_key, payload, created_at, lane_seq)
		select creator_id, kind, dedupe_key, payload::jsonb, created_at, lane_seq
		from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::bigint[])
			as given (creator_id, kind, dedupe_key, payload, created_at, lane_seq)`, creators, kinds, keys, payloads, ats, seqs)
}

func queueClipsOver(b *pgx.Batch, lanes []LaneCommit) {
	var creators, clips []string
	var seqs []int64
	for i := range lanes {
		for id, seq := range lanes[i].ClipsOver {
			creators, clips, seqs = append(creators, lanes[i].CreatorID), append(clips, id), append(seqs, seq)
		}
	}
	if len(clips) == 0 {
		return
	}
	b.Queue(`
		update clips set over_seq = over.seq from unnest($1::text[], $2::text[], $3::bigint[]) as over (creator_id, clip_id, seq)
		where clips.clip_id = over.clip_id and clips.creator_id = over.creator_id and clips.over_seq is null`, creators, clips, seqs)
}

func queueClipsWaiting(b *pgx.Batch, lanes []LaneCommit) {
	for i := range lanes {
		for id, seq := range lanes[i].ClipsWaiting { // seldom more than one
			b.Queue(`update clips set waits_seq = $3 where clip_id = $1 and creator_id = $2 and waits_seq is null`, id, lanes[i].CreatorID, seq)
		}
	}
}

// queueLaneChanges writes what seldom changes of a lane. It comes after queueLanes,
// which makes the row.
func queueLaneChanges(b *pgx.Batch, lanes []LaneCommit) error {
	for i := range lanes {
		l := &lanes[i]
		if l.Config != nil {
			b.Queue(`
				insert into configs (creator_id, hash, settings) values ($1, $2, $3) on conflict do nothing`,
				l.CreatorID, l.Config.Hash, l.Config.Settings)
			b.Queue(`update lanes set config = $2 where creator_id = $1`, l.CreatorID, l.Config.Hash)
		}
		if l.Paused != nil {
			b.Queue(`update lanes set paused = $2 where creator_id = $1`, l.CreatorID, *l.Paused)
		}
		if l.Live != nil {
			streams, err := json.Marshal(l.Live.Streams)
			if err != nil {
				return fmt.Errorf("write down the live streams of %s: %w", l.CreatorID, err)
			}
			b.Queue(`update lanes set streams = $2, stream_ref = $3 where creator_id = $1`, l.CreatorID, json.RawMessage(streams), l.Live.Ref)
		}
	}
	return nil
}
