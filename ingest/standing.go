package ingest

import (
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

// status is the row that shows a presence.
func (p *presence) status(now time.Time) store.PlatformStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	if stored := p.tenure.lane.settled(now); p.state == connection.Live && stored.After(p.success) {
		p.success = stored
	}
	row := store.PlatformStatus{
		CreatorID: p.tenure.creatorID, Epoch: p.tenure.epoch, Platform: p.channel.Platform, Channel: p.channel.Name,
		State: p.state, Since: p.since, Error: p.detail, LastHeartbeat: now, LastSuccess: p.success,
	}
	quiet, limit, silent := p.quiet(now)
	if silent {
		row.State, row.Since = connection.Silent, quiet
		row.Error = fmt.Sprintf("nothing was heard since %s although the broadcast is on; within %s something should have been",
			quiet.UTC().Format("15:04:05 UTC"), limit.Round(time.Second))
	}
	p.turn(silent, row)
	return row
}

// quiet says since when nothing was heard of a channel that is live, when that is
// longer than it should be.
func (p *presence) quiet(now time.Time) (since time.Time, limit time.Duration, silent bool) {
	if p.state != connection.Live {
		return since, 0, false
	}
	broadcast, on := p.tenure.lane.broadcast(p.channel.Platform)
	if !on {
		return since, 0, false
	}
	from := p.since
	if broadcast.startedAt.After(from) {
		from = broadcast.startedAt
	}
	return p.tenure.lane.queue.quiet(p.channel.Platform, broadcast.streamID, from, now)
}

// turn notes that the channel fell silent, or is silent no longer.
func (p *presence) turn(silent bool, row store.PlatformStatus) {
	if silent == p.silent {
		return
	}
	p.silent = silent
	log := p.tenure.log.With().Str("platform", string(row.Platform)).Str("channel", row.Channel).Logger()
	if !silent {
		log.Info().Msg("a silent chat is silent no longer")
		return
	}
	p.tenure.host.tally.silences.Add(1)
	log.Warn().Time("since", row.Since).Msg("a chat that is live fell silent")
}

// shown is the state in which a presence was shown last.
func (p *presence) shown() connection.State {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.silent && p.state == connection.Live {
		return connection.Silent
	}
	return p.state
}

// Connections counts the connections of the creators that the host holds, by
// platform and state.
func (h *Host) Connections() map[[2]string]int {
	count := map[[2]string]int{}
	for _, t := range *h.routes.Load() {
		for _, p := range t.presences {
			count[[2]string{string(p.channel.Platform), string(p.shown())}]++
		}
	}
	return count
}
