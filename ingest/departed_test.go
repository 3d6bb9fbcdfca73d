package ingest

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
)

func TestBroadcastsThatTheConfigurationKnowsNoMoreAreOver(t *testing.T) {
	t.Parallel()
	elsewhere := func(c Creator) Creator {
		c.Channels = []Channel{{chat.Kick, "elsewhere", "bot"}}
		return c
	}
	for name, c := range map[string]struct {
		restarts bool
		left     []Creator
	}{
		"the creator left":                        {false, nil},
		"the platform was switched off":           {false, []Creator{elsewhere(creator(mira))}},
		"the creator left while nobody was there": {true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, []Creator{creator(mira)})
			r.hold()
			soon(t, "held", func() bool { return r.host.Stats().Creators == 1 })
			epochs, err := r.rows.Epochs(t.Context(), []string{mira})
			require.NoError(t, err)
			_, err = r.rows.RecordLive(t.Context(), epochs[mira], control.Stream{
				CreatorID: mira, Platform: chat.Twitch, Channel: channelOf(mira), StreamID: "s1", StartedAt: time.Now().Add(-time.Hour),
			})
			require.NoError(t, err)
			if c.restarts {
				r.release()
			}
			r.roster.set(c.left...)
			if c.restarts {
				r.shard(control.ShardOf(mira))
			}
			soon(t, "nothing is live", func() bool {
				live, err := r.rows.LiveStreams(t.Context())
				return err == nil && len(live) == 0
			})
			soon(t, "the session learns of it", func() bool {
				return slices.ContainsFunc(r.sessions.all(), func(d control.Decision) bool {
					return d.Kind == control.DecideStreamOver && d.Stream.StreamID == "s1"
				})
			})
			soon(t, "and those are held who are there", func() bool { return r.host.Stats().Creators == len(c.left) })
		})
	}
}
