package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// airwaves is a LiveSource that tests switch.
type airwaves struct {
	on    map[string]string // channel → stream id
	game  string
	fail  error
	asked []int

	partly bool // the answer holds in spite of the error
}

func (a *airwaves) Live(_ context.Context, channels []string) (map[string]control.Stream, error) {
	a.asked = append(a.asked, len(channels))
	if a.fail != nil && !a.partly {
		return nil, a.fail
	}
	live := map[string]control.Stream{}
	for _, c := range channels {
		if id, ok := a.on[c]; ok {
			live[c] = control.Stream{Platform: chat.Twitch, Channel: c, StreamID: id, Title: "t", Category: a.game, StartedAt: time.Unix(1e9, 0)}
		}
	}
	return live, a.fail
}

func newPoller(t *testing.T, n int) (p *poller, source *airwaves, clock *dial, news *[]string) {
	_, s := storetest.New(t)
	source, clock, news = &airwaves{on: map[string]string{}}, newDial(), &[]string{}
	channels := make([]watched, n)
	for i := range channels {
		channels[i] = watched{fmt.Sprintf("cr%04d", i), 0, Channel{chat.Twitch, fmt.Sprintf("ch%d", i), "bot"}}
	}
	return &poller{
		account: "bot", source: source, store: s, clock: clock, every: time.Minute, log: zerolog.Nop(),
		channels: func(string) []watched { return channels }, changed: func(id string) { *news = append(*news, id) },
		nudge: make(chan struct{}, 1), known: map[watched]*broadcast{},
	}, source, clock, news
}

func TestOnlyTransitionsAreNews(t *testing.T) {
	t.Parallel()
	p, source, clock, news := newPoller(t, 1)
	poll := func() { p.poll(t.Context()); clock.turn(15 * time.Second) }
	poll()
	require.Empty(t, *news)
	source.on["ch0"] = "s1"
	for range 10 {
		poll()
	}
	require.Equal(t, []string{"cr0000"}, *news, "live once")

	delete(source.on, "ch0")
	poll()
	source.on["ch0"] = "s1"
	poll()
	require.Len(t, *news, 1, "a single miss is not the end")

	delete(source.on, "ch0")
	poll()
	source.fail = errAway
	poll()
	poll()
	source.fail = nil
	require.Len(t, *news, 1, "not knowing is not a miss")
	poll()
	poll()
	poll()
	require.Len(t, *news, 2, "offline once")

	source.on["ch0"] = "s2"
	poll()
	require.Len(t, *news, 3)
}

func TestWhatAnEarlierProcessSawLiveEndsInTheSameWay(t *testing.T) {
	t.Parallel()
	p, source, _, news := newPoller(t, 1)
	source.on["ch0"] = "s1"
	p.poll(t.Context())
	p.known = map[watched]*broadcast{} // another process
	source.on = nil
	p.poll(t.Context())
	require.Len(t, *news, 1)
	p.poll(t.Context())
	require.Len(t, *news, 2)
	p.poll(t.Context())
	require.Len(t, *news, 2)
}

// unsure is a LiveSource's error that leaves some channels open.
type unsure []string

func (u unsure) Error() string               { return "not known yet" }
func (u unsure) Unknown(channel string) bool { return slices.Contains(u, channel) }

func TestAChannelOfWhichNothingIsKnownDoesNotHideTheOthers(t *testing.T) {
	t.Parallel()
	p, source, _, news := newPoller(t, 3)
	source.on["ch0"], source.fail = "s1", unsure{"ch1"}
	source.partly = true
	for range 5 {
		p.poll(t.Context())
	}
	require.Equal(t, []string{"cr0000"}, *news)
	require.NotNil(t, p.known[p.channels("bot")[2]], "of the third it is known that it is offline")
	require.Nil(t, p.known[p.channels("bot")[1]], "not knowing is not a miss")
}

func TestHowMuchIsKnownIsSaidWhenItChangesAndNotAtEveryLook(t *testing.T) {
	t.Parallel()
	p, source, _, _ := newPoller(t, 2)
	var log strings.Builder
	p.log = zerolog.New(&log)
	said := func(err error) string {
		log.Reset()
		source.fail = err
		for range 5 {
			p.poll(t.Context())
		}
		return log.String()
	}
	require.Empty(t, said(nil))
	require.Equal(t, 1, strings.Count(said(unsure{"ch1"}), "it is being found out who is live"))
	require.Empty(t, said(unsure{"ch0", "ch1"}))
	require.Equal(t, 1, strings.Count(said(errAway), `"level":"warn"`))
	require.Empty(t, said(errors.New("away in other words")))
	require.Equal(t, 1, strings.Count(said(nil), "it is known again who is live"))
	require.Equal(t, 1, strings.Count(said(errAway), `"level":"warn"`))
}

// recordings is a store that counts what is recorded of broadcasts.
type recordings struct {
	Store
	live []control.Stream
}

func (r *recordings) RecordLive(ctx context.Context, epoch int64, s control.Stream) (bool, error) {
	r.live = append(r.live, s)
	return r.Store.RecordLive(ctx, epoch, s)
}

func TestAnotherCategoryIsRecordedAtOnceAndTheSameNowAndThen(t *testing.T) {
	t.Parallel()
	p, source, clock, news := newPoller(t, 1)
	kept := &recordings{Store: p.store}
	p.store = kept
	source.on["ch0"], source.game = "s1", "Chess"
	poll := func() { p.poll(t.Context()); clock.turn(15 * time.Second) }
	poll()
	poll()
	require.Len(t, kept.live, 1)
	source.game = "Go"
	poll()
	require.Len(t, kept.live, 2)
	require.Equal(t, "Go", kept.live[1].Category)
	for range 4 {
		poll()
	}
	require.Len(t, kept.live, 3, "once a minute, for whoever looks")
	require.Len(t, *news, 1, "it is the same broadcast")
}

func TestChannelsAreAskedAboutInBatches(t *testing.T) {
	t.Parallel()
	p, source, _, _ := newPoller(t, 250)
	p.poll(t.Context())
	require.Equal(t, []int{100, 100, 50}, source.asked)
}

func TestThePollerAsksAtOnceThenAtIntervalsAndWhenNudged(t *testing.T) {
	t.Parallel()
	p, source, clock, _ := newPoller(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); p.run(ctx) }()
	require.Equal(t, time.Minute, <-clock.set)
	clock.turn(time.Minute)
	<-clock.set
	token(p.nudge)
	<-clock.set
	cancel()
	<-done
	require.Len(t, source.asked, 3)
}
