package sim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/sim/authority"
	"github.com/streamsuites/streamsuites/internal/sim/control"
	"github.com/streamsuites/streamsuites/internal/sim/demo"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	"github.com/streamsuites/streamsuites/internal/sim/hls"
	"github.com/streamsuites/streamsuites/internal/sim/keep"
	"github.com/streamsuites/streamsuites/internal/sim/kick"
	"github.com/streamsuites/streamsuites/internal/sim/twitch"
	"github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// Options of the simulators.
type Options struct {
	Dir       string // where they keep their world; created if missing
	Addresses Addresses
	FFmpeg    string         // path of the program; empty looks for it in PATH
	Seed      *twitch.Seed   // nil for twitch.DefaultSeed
	YouTube   *youtube.Seed  // nil for youtube.DefaultSeed
	Quota     youtube.Limits // of YouTube
	Kick      Kick
	Limits    twitch.Limits
	Patience  twitch.Patience
	Demo      *demo.Options // nil for silence; of all platforms' chats
	Ready     func(Bound)   // called once, when everything is served; may be nil
	Log       zerolog.Logger
}

// Kick is how Kick is simulated.
type Kick struct {
	Seed     *kick.Seed // nil for kick.DefaultSeed
	Limits   kick.Limits
	Patience kick.Patience
}

// Running are simulators that serve.
type Running struct {
	Bound   Bound
	Twitch  *twitch.Server
	HLS     *hls.Origin
	YouTube *youtube.Server
	Kick    *kick.Server

	group *errgroup.Group
	lock  *durable.Lock
}

// Run serves until ctx ends. A *durable.LockedError says that other simulators
// have the folder.
func Run(ctx context.Context, o Options) error {
	running, err := Start(ctx, o)
	if err != nil {
		return err
	}
	if o.Ready != nil {
		o.Ready(running.Bound)
	}
	return running.Wait()
}

// Start opens the world and serves it until ctx ends; the caller must Wait.
func Start(ctx context.Context, o Options) (_ *Running, err error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("start simulators: %w", err)
	}
	lock, err := durable.TakeLock(filepath.Join(o.Dir, lockFile))
	if err != nil {
		return nil, fmt.Errorf("start simulators: %w", err)
	}
	defer func() {
		if err != nil {
			_ = lock.Release()
		}
	}()
	switches, err := faults.Open(filepath.Join(o.Dir, "faults.json"), slices.Concat(twitch.Targets(), hls.Targets(), youtube.Targets(), kick.Targets())...)
	if err != nil {
		return nil, fmt.Errorf("start simulators: %w", err)
	}
	ports, err := listen(o.Dir, o.Addresses)
	if err != nil {
		return nil, fmt.Errorf("start simulators: %w", err)
	}
	defer func() {
		if err != nil {
			ports.close()
		}
	}()
	joined, read := make(chan struct{}, 1), make(chan struct{}, 1)
	chat, ca, err := openTwitch(o, switches, joined)
	if err != nil {
		return nil, fmt.Errorf("start simulated Twitch: %w", err)
	}
	origin, err := openOrigin(o, switches, chat)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start HLS origin: %w", err), chat.Close())
	}
	videos, err := openYouTube(o, switches, read)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start simulated YouTube: %w", err), chat.Close())
	}
	bound := ports.bound(ca.Path())
	green, err := openKick(o, switches, bound.Playlist)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start simulated Kick: %w", err), chat.Close(), videos.Close())
	}
	r := &Running{Bound: bound, Twitch: chat, HLS: origin, YouTube: videos, Kick: green, lock: lock}
	if err := keep.Save(filepath.Join(o.Dir, boundFile), r.Bound); err != nil {
		return nil, errors.Join(fmt.Errorf("start simulators: %w", err), chat.Close(), videos.Close(), green.Close())
	}
	r.serve(ctx, o, ports, control.New(chat, origin, videos, green, switches), joined, read)
	return r, nil
}

func openTwitch(o Options, switches *faults.Switches, joined chan<- struct{}) (*twitch.Server, *authority.Authority, error) {
	ca, err := authority.Open(o.Dir)
	if err != nil {
		return nil, nil, err
	}
	secure, err := ca.Server("localhost", "127.0.0.1", "::1", "irc.chat.twitch.tv")
	if err != nil {
		return nil, nil, err
	}
	seed := twitch.DefaultSeed()
	if o.Seed != nil {
		seed = *o.Seed
	}
	chat, err := twitch.Open(twitch.Options{
		Dir: filepath.Join(o.Dir, "twitch"), Seed: seed, Faults: switches, Limits: o.Limits, Patience: o.Patience,
		TLS: secure, Log: o.Log,
		Joined: func(channel, _ string) {
			if len(seed.Channels) > 0 && channel == seed.Channels[0].Login {
				select {
				case joined <- struct{}{}:
				default:
				}
			}
		},
	})
	return chat, ca, err
}

// openOrigin opens the origin and makes it as live as its channel: the process
// may have died between the two.
func openOrigin(o Options, switches *faults.Switches, chat *twitch.Server) (*hls.Origin, error) {
	ffmpeg, err := findFFmpeg(o.FFmpeg)
	if err != nil {
		return nil, err
	}
	origin, err := hls.Open(hls.Options{Dir: filepath.Join(o.Dir, "hls"), FFmpeg: ffmpeg, Faults: switches,
		Clock: hls.WallClock{}, Log: o.Log})
	if err != nil {
		return nil, err
	}
	return origin, origin.Live(chat.Live(""))
}

func openYouTube(o Options, switches *faults.Switches, read chan<- struct{}) (*youtube.Server, error) {
	seed := youtube.DefaultSeed()
	if o.YouTube != nil {
		seed = *o.YouTube
	}
	return youtube.Open(youtube.Options{Dir: filepath.Join(o.Dir, "youtube"), Seed: seed, Limits: o.Quota, Faults: switches, Log: o.Log,
		Read: func(channel string) {
			if len(seed.Accounts) > 0 && channel == seed.Accounts[0].Channel {
				select {
				case read <- struct{}{}:
				default:
				}
			}
		}})
}

func openKick(o Options, switches *faults.Switches, playlist string) (*kick.Server, error) {
	seed := kick.DefaultSeed()
	if o.Kick.Seed != nil {
		seed = *o.Kick.Seed
	}
	return kick.Open(kick.Options{Dir: filepath.Join(o.Dir, "kick"), Seed: seed, Limits: o.Kick.Limits, Patience: o.Kick.Patience,
		Playlist: playlist, Faults: switches, Log: o.Log})
}

// serve starts everything that runs until ctx ends.
func (r *Running) serve(ctx context.Context, o Options, ports *listeners, steering http.Handler, joined, read <-chan struct{}) {
	r.group, ctx = errgroup.WithContext(ctx)
	r.group.Go(func() error { return r.Twitch.Serve(ctx, ports.irc) })
	r.group.Go(func() error { return r.HLS.Run(ctx) })
	r.group.Go(func() error { return serveHTTP(ctx, ports.helix, r.Twitch.Handler()) })
	r.group.Go(func() error { return serveHTTP(ctx, ports.hls, r.HLS.Handler()) })
	r.group.Go(func() error { return serveHTTP(ctx, ports.youtube, r.YouTube.Handler()) })
	r.group.Go(func() error { return r.Kick.Run(ctx) })
	r.group.Go(func() error { return serveHTTP(ctx, ports.kick, r.Kick.Handler()) })
	r.group.Go(func() error { return serveHTTP(ctx, ports.control, steering) })
	if o.Demo != nil {
		script := *o.Demo
		if script.Seed == 0 {
			script.Seed = uint64(time.Now().UnixNano())
		}
		r.group.Go(func() error {
			demo.Run(ctx, script, r.Twitch, joined, o.Log)
			return nil
		})
		r.group.Go(func() error {
			demo.Run(ctx, quieter(script, 1), liveStage{r.YouTube}, read, o.Log)
			return nil
		})
		green, come := kickStage{r.Kick}, make(chan struct{}, 1)
		r.group.Go(func() error {
			green.awaitReader(ctx, come)
			return nil
		})
		r.group.Go(func() error {
			demo.Run(ctx, quieter(script, 2), green, come, o.Log)
			return nil
		})
	}
}

// Wait waits for the end and closes the world.
func (r *Running) Wait() error {
	err := r.group.Wait()
	return errors.Join(err, r.Twitch.Close(), r.YouTube.Close(), r.Kick.Close(), r.lock.Release())
}
