package roles

import (
	"context"
	"errors"
	"time"

	"github.com/streamsuites/streamsuites/activities"
	"github.com/streamsuites/streamsuites/internal/media"
	"github.com/streamsuites/streamsuites/workers"
)

// Worker runs workflows, captures, cuts, publishes and exports.
func Worker(ctx context.Context, p Parts) error {
	media, err := p.media()
	if err != nil {
		return err
	}
	watch := p.clipWatch()
	media.Watch = watch
	destinations, err := p.destinations(ctx)
	if err != nil {
		return err
	}
	exporter, err := p.exporter()
	if err != nil {
		return err
	}
	fatal := make(chan error, 1)
	base, system := p.base(p.Temporal, report(fatal)), p.base(p.System, report(fatal))
	set := workers.Set{
		workers.Control(base, &activities.ClipRecord{Store: p.Store, Watch: watch}, &activities.Locate{Store: p.Store, Clock: time.Now}),
		workers.Media(base, p.Host, media, &activities.Upload{StateDir: p.Dir.String(), Store: p.Store, Destinations: destinations, Watch: watch}),
		workers.Capture(base, p.capture()),
		workers.Exports(system, &activities.Exports{Exporter: scheduled{exporter}}, &activities.Housekeeping{Store: p.Store, Keep: p.keep}),
	}
	if err := set.Start(); err != nil {
		return err
	}
	watching, stopWatching := context.WithCancel(ctx)
	defer stopWatching()
	go p.watchDisk(watching)
	go p.watchLogins(watching)
	stopExports := p.keepExporting(ctx, exporter)
	err = untilFatal(ctx, fatal)
	// The exporter outlives the workers, so that it sees what they leave.
	set.Stop()
	return errors.Join(err, stopExports())
}

func (p Parts) media() (*activities.Media, error) {
	tools, err := p.tools()
	if err != nil {
		return nil, err
	}
	cutter := &media.Cutter{Tools: tools, Log: p.Log, Registry: p.Children}
	return activities.NewMedia(p.Dir.String(), cutter, activities.ReadIndex, time.Now, p.Config.System.Clips.Concurrency), nil
}

// keep says how long things are kept.
func (p Parts) keep() activities.Keep {
	keep := activities.DefaultKeep()
	system := p.config().System
	days := func(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
	keep.Chat, keep.Events = days(system.ChatDays), days(system.Retention.Events)
	keep.Points, keep.Boards = days(system.Retention.Points), days(system.Retention.Boards)
	keep.Counters = keep.Boards // both are for telling a past moment
	return keep
}

// tools finds FFmpeg. Its absence is not fatal: clips then fail with that
// reason, and the rest goes on.
func (p Parts) tools() (media.Tools, error) {
	tools, err := media.LookTools(p.Config.System.Clips.FFmpeg)
	if err != nil {
		p.Log.Error().Err(err).Msg("clips will fail until FFmpeg is installed")
		return media.Tools{FFmpeg: "ffmpeg", FFprobe: "ffprobe"}, nil
	}
	return tools, nil
}

func (p Parts) capture() *activities.Capture {
	tools, _ := p.tools()
	return &activities.Capture{
		StateDir: p.Dir.String(), Host: p.Host,
		Window:  seconds(p.Config.System.BufferSeconds),
		Sources: sources{p.config, p.Children, resolveTimeout},
		Store:   p.Store, Clock: time.Now, Log: p.Log,
		NewRecorder: func(rc media.RecorderConfig) (activities.Recorder, error) {
			rc.Tools, rc.Registry = tools, p.Children
			return media.NewRecorder(rc)
		},
	}
}

// PublicBase is the address under which the HTTP server is known to others.
func (p Parts) PublicBase() string {
	if base := p.Config.System.HTTP.PublicBase; base != "" {
		return base
	}
	return "http://" + p.HTTPAddress
}
