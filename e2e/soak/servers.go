package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	kicksim "github.com/streamsuites/streamsuites/internal/sim/kick"
	twitchsim "github.com/streamsuites/streamsuites/internal/sim/twitch"
	"github.com/streamsuites/streamsuites/internal/sim/wire"
	youtubesim "github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// servers are the simulated platforms with the networks in front of them.
type servers struct {
	twitch   *twitchsim.Server
	youtube  *youtubesim.Server
	kick     *kicksim.Server
	switches map[chat.Platform]*faults.Switches
	// networks lead to each platform, and hooks from Kick to the webhooks' receiver.
	networks map[chat.Platform]*wire.Proxy
	hooks    *wire.Proxy

	running sync.WaitGroup
	undo    []func() error
}

// openServers serves everything until ctx ends. receiver is where webhooks arrive,
// host:port.
func openServers(ctx context.Context, dir, receiver string) (s *servers, err error) {
	s = &servers{switches: map[chat.Platform]*faults.Switches{}, networks: map[chat.Platform]*wire.Proxy{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.hooks, err = wire.Listen(receiver); err != nil {
		return s, err
	}
	s.undo = append(s.undo, s.hooks.Close)
	for p, targets := range map[chat.Platform][]faults.Target{
		chat.Twitch: twitchsim.Targets(), chat.YouTube: youtubesim.Targets(), chat.Kick: kicksim.Targets(),
	} {
		if s.switches[p], err = faults.Open(filepath.Join(dir, "faults-"+string(p)+".json"), targets...); err != nil {
			return s, err
		}
	}
	for _, open := range []func(context.Context, string) error{s.openTwitch, s.openYouTube, s.openKick} {
		if err = open(ctx, dir); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s *servers) openTwitch(ctx context.Context, dir string) (err error) {
	s.twitch, err = twitchsim.Open(twitchsim.Options{
		Dir: filepath.Join(dir, "twitch"), Seed: twitchSeed(), Faults: s.switches[chat.Twitch], Log: zerolog.Nop(),
		Limits: twitchsim.Limits{Logins: boundless, Joins: boundless, Messages: boundless, ModMessages: boundless, Helix: boundless},
	})
	if err != nil {
		return err
	}
	s.undo = append(s.undo, s.twitch.Close)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("serve the simulated twitch: %w", err)
	}
	s.running.Go(func() { _ = s.twitch.Serve(ctx, listener) })
	return s.front(chat.Twitch, listener.Addr().String())
}

func (s *servers) openYouTube(ctx context.Context, dir string) (err error) {
	s.youtube, err = youtubesim.Open(youtubesim.Options{
		Dir: filepath.Join(dir, "youtube"), Seed: youtubeSeed(), Faults: s.switches[chat.YouTube], Log: zerolog.Nop(),
		Limits: youtubesim.Limits{Units: boundless, Search: boundless, Insert: boundless},
		Kept:   youtubesim.Kept{Messages: remembered}, Polling: time.Second,
	})
	if err != nil {
		return err
	}
	s.undo = append(s.undo, s.youtube.Close)
	return s.serve(ctx, chat.YouTube, s.youtube.Handler())
}

func (s *servers) openKick(ctx context.Context, dir string) (err error) {
	s.kick, err = kicksim.Open(kicksim.Options{
		Dir: filepath.Join(dir, "kick"), Seed: kickSeed("http://" + s.hooks.Address() + webhookPath), Faults: s.switches[chat.Kick], Log: zerolog.Nop(),
		Limits:   kicksim.Limits{Requests: boundless, Messages: boundless, Tokens: boundless},
		Patience: kicksim.Patience{Retry: webhookRetry},
	})
	if err != nil {
		return err
	}
	s.undo = append(s.undo, s.kick.Close)
	s.running.Go(func() { _ = s.kick.Run(ctx) })
	return s.serve(ctx, chat.Kick, s.kick.Handler())
}

// serve answers a platform's requests until ctx ends.
func (s *servers) serve(ctx context.Context, p chat.Platform, handler http.Handler) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("serve the simulated %s: %w", p, err)
	}
	web := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	s.running.Go(func() { _ = web.Serve(listener) })
	s.undo = append(s.undo, web.Close)
	return s.front(p, listener.Addr().String())
}

// front puts a network in front of a platform.
func (s *servers) front(p chat.Platform, target string) (err error) {
	if s.networks[p], err = wire.Listen(target); err != nil {
		return err
	}
	s.undo = append(s.undo, s.networks[p].Close)
	return nil
}

// close ends everything; the context of openServers has ended before.
func (s *servers) close() error {
	var err error
	for i := len(s.undo) - 1; i >= 0; i-- {
		err = errors.Join(err, s.undo[i]())
	}
	s.running.Wait()
	return err
}

// say lets somebody speak, and tells under which id the platform handed it out and
// when.
func (s *servers) say(p chat.Platform, creator int, user, text string) (id string, at time.Time, err error) {
	channel := channelOf(p, creator)
	switch p {
	case chat.Twitch:
		m, err := s.twitch.Say(twitchsim.Utterance{Channel: channel, User: user, Text: text})
		return m.ID, m.At, err
	case chat.YouTube:
		m, err := s.youtube.Say(youtubesim.Utterance{Channel: channel, User: user, Text: text})
		return m.ID, m.At, err
	default:
		m, err := s.kick.Say(kicksim.Utterance{Channel: channel, User: user, Text: text})
		return m.ID, m.At, err
	}
}
