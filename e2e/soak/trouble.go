package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	kicksim "github.com/streamsuites/streamsuites/internal/sim/kick"
	twitchsim "github.com/streamsuites/streamsuites/internal/sim/twitch"
	"github.com/streamsuites/streamsuites/internal/sim/wire"
	youtubesim "github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// misfortune is one way in which a platform or its network misbehaves.
type misfortune struct {
	name string
	// begin makes it happen, and returns how long it lasts; end makes it well again.
	begin func(random *rand.Rand) (lasts time.Duration, err error)
	end   func() error
}

// between draws a time.
func between(random *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(random.Int64N(int64(most-least)))
}

// ofNetwork are the misfortunes of one network.
func ofNetwork(name string, n *wire.Proxy) []misfortune {
	heal := func() error { n.Set(wire.Conditions{}); return nil }
	once := func(do func() int) func(*rand.Rand) (time.Duration, error) {
		return func(*rand.Rand) (time.Duration, error) { do(); return 0, nil }
	}
	lasting := func(least, most time.Duration, conditions func(*rand.Rand) wire.Conditions) func(*rand.Rand) (time.Duration, error) {
		return func(random *rand.Rand) (time.Duration, error) {
			n.Set(conditions(random))
			return between(random, least, most), nil
		}
	}
	return []misfortune{
		{name + " cut", once(n.Cut), heal},
		{name + " cut again", once(n.Cut), heal}, // the commonest is drawn twice as often
		{name + " stranded", once(n.Strand), heal},
		{name + " silent", lasting(time.Second, 6*time.Second, func(*rand.Rand) wire.Conditions { return wire.Conditions{State: wire.Silent} }), heal},
		{name + " slow reader", lasting(3*time.Second, 8*time.Second, func(random *rand.Rand) wire.Conditions {
			return wire.Conditions{BytesPerSecond: 10_000 + random.IntN(50_000)}
		}), heal},
		{name + " late", lasting(3*time.Second, 8*time.Second, func(random *rand.Rand) wire.Conditions {
			return wire.Conditions{Latency: between(random, 20*time.Millisecond, 400*time.Millisecond)}
		}), heal},
		{name + " refusing", func(random *rand.Rand) (time.Duration, error) {
			n.Set(wire.Conditions{State: wire.Refusing})
			n.Cut()
			return between(random, time.Second, 4*time.Second), nil
		}, heal},
		{name + " cut while slow", func(random *rand.Rand) (time.Duration, error) {
			n.Set(wire.Conditions{BytesPerSecond: 20_000})
			return between(random, 2*time.Second, 5*time.Second), nil
		}, func() error { n.Cut(); return heal() }},
	}
}

// fault is a switch of a simulator, and how many times it strikes at most.
type fault struct {
	target, kind string
	times        int
}

// faultsOf are the switches that are turned on each platform. What loses messages
// without ending a connection is not among them: no reader can know of that.
var faultsOf = map[chat.Platform][]fault{
	chat.Twitch: {
		{twitchsim.TargetIRC, "duplicate", 400}, {twitchsim.TargetIRC, "reorder", 100}, {twitchsim.TargetIRC, "malformed", 5},
		{twitchsim.TargetIRC, "truncate", 1}, {twitchsim.TargetIRC, "reconnect", 1}, {twitchsim.TargetIRC, "close", 1}, {twitchsim.TargetIRC, "hang", 1},
		{twitchsim.TargetSend, "close_before", 1}, {twitchsim.TargetSend, "close_after", 1}, {twitchsim.TargetSend, "drop", 2},
		{twitchsim.TargetLogin, "close", 1}, {twitchsim.TargetJoin, "ignore", 1},
	},
	chat.YouTube: {
		{youtubesim.TargetChatStream, "duplicate", 60}, {youtubesim.TargetChatStream, "reorder", 60}, {youtubesim.TargetChatStream, "cut", 2},
		{youtubesim.TargetChatStream, "bad_element", 2}, {youtubesim.TargetChatStream, "silent", 1}, {youtubesim.TargetChatStream, "end", 2},
		{youtubesim.TargetChatStream, "end_open", 2}, {youtubesim.TargetChatStream, "503", 2}, {youtubesim.TargetChatInsert, "503", 2},
		{youtubesim.TargetChatInsert, "close", 2}, {youtubesim.TargetChatInsert, "truncate", 2}, {youtubesim.TargetLive, "503", 1},
		// A stream that is forbidden is polled for a while.
		{youtubesim.TargetChatStream, "forbidden", 3}, {youtubesim.TargetChatList, "duplicate", 5}, {youtubesim.TargetChatList, "reorder", 5},
		{youtubesim.TargetChatList, "truncate", 2},
	},
	chat.Kick: {
		{kicksim.TargetPusher, "duplicate", 200}, {kicksim.TargetPusher, "reorder", 50}, {kicksim.TargetPusher, "malformed", 5},
		{kicksim.TargetPusher, "truncate", 1}, {kicksim.TargetPusher, "close", 1}, {kicksim.TargetPusher, "hang", 1}, {kicksim.TargetPusher, "4200", 1},
		{kicksim.TargetConnect, "503", 1}, {kicksim.TargetSubscribe, "ignore", 1}, {kicksim.TargetChat, "close_before", 1},
		{kicksim.TargetChat, "close_after", 2}, {kicksim.TargetChat, "503", 1}, {kicksim.TargetWebhook, "duplicate", 50}, {kicksim.TargetWebhook, "malformed", 3},
	},
}

// ofPlatform are the misfortunes of one platform's servers. Each goes on after the
// next has begun, until it has struck as often as it was drawn to.
func ofPlatform(p chat.Platform, switches *faults.Switches) []misfortune {
	var all []misfortune
	for _, f := range faultsOf[p] {
		all = append(all, misfortune{f.target + " " + f.kind, func(random *rand.Rand) (time.Duration, error) {
			return 0, switches.Set(f.target, f.kind, 1+random.IntN(f.times))
		}, func() error { return nil }})
	}
	return all
}

// trouble makes things go wrong, on every platform by itself.
type trouble struct {
	servers *servers

	mu     sync.Mutex
	struck map[string]int
	failed error
}

// strike goes on until ctx ends, and then makes everything well.
func (t *trouble) strike(ctx context.Context, seed uint64) error {
	var all sync.WaitGroup
	for i, p := range platforms {
		random := rand.New(rand.NewPCG(seed, uint64(i)))
		choice := slices.Concat(ofNetwork(string(p)+" network", t.servers.networks[p]), ofPlatform(p, t.servers.switches[p]))
		all.Go(func() { t.keepStriking(ctx, choice, random, 2*time.Second, 7*time.Second) })
	}
	random := rand.New(rand.NewPCG(seed, uint64(len(platforms))))
	hooks := ofNetwork("kick webhooks", t.servers.hooks)
	all.Go(func() { t.keepStriking(ctx, hooks, random, 5*time.Second, 15*time.Second) })
	all.Wait()
	t.fail(t.calm())
	return t.failed
}

// keepStriking draws one misfortune after the other. All that is drawn comes from the
// seed, in an order that does not depend on the machine.
func (t *trouble) keepStriking(ctx context.Context, choice []misfortune, random *rand.Rand, least, most time.Duration) {
	for pause(ctx, between(random, least, most)) {
		m := choice[random.IntN(len(choice))]
		lasts, err := m.begin(random)
		t.note(m.name, err)
		pause(ctx, lasts)
		t.fail(m.end())
	}
}

func (t *trouble) note(name string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.struck == nil {
		t.struck = map[string]int{}
	}
	t.struck[strings.TrimSuffix(name, " again")]++
	if err != nil {
		t.failed = fmt.Errorf("make trouble with %s: %w", name, err)
	}
}

func (t *trouble) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.failed = err
	}
}

// counts are how often what struck.
func (t *trouble) counts() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	counts := make(map[string]int, len(t.struck))
	for name, n := range t.struck {
		counts[name] = n
	}
	return counts
}

// calm turns every switch off. The networks are well already.
func (t *trouble) calm() error {
	for _, switches := range t.servers.switches {
		for _, f := range switches.Active() {
			if err := switches.Set(f.Target, faults.None, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// pause waits, and reports false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
