package roles

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/metrics"
	"github.com/streamsuites/streamsuites/internal/version"
)

// finalExport bounds the last write, which happens while the process stops.
const finalExport = 2 * time.Second

func (p Parts) exporter() (*exports.Exporter, error) {
	services := newServiceWatch(p.Temporal)
	return exports.New(exports.Options{
		Source: p.Store,
		// Asked for again each time: files that changed since the start show.
		Settings: func() exports.Settings {
			s := p.exportSettings()
			s.Tables.Services = services.states()
			return s
		},
		Progress: newProgressWatch(p.Temporal).of,
		Writer:   ExportTrees(p.Dir, p.Config, p.Redactor.Bytes),
		Observe:  p.observeExports(),
		Log:      p.Log.With().Str("component", "exports").Logger(),
	}), nil
}

// exportSettings is what the documents say about the configuration in force, and
// about changes that are not.
func (p Parts) exportSettings() exports.Settings {
	s := p.configSettings()
	p.logins.complete(s.Tables.Accounts)
	// A file that cannot be read is one that nobody has written yet, or status tells
	// of it.
	s.Tables.Copies, _ = exports.ReadMirrors(p.Dir.MirrorsFile())
	if p.live == nil {
		return s
	}
	needs, notes := p.live.waiting()
	s.Pending.System = s.Pending.System || len(needs[config.SectionSystem]) > 0
	s.Pending.Creators = s.Pending.Creators || len(needs[config.SectionCreators]) > 0
	s.Pending.Triggers = s.Pending.Triggers || len(needs[config.SectionTriggers]) > 0
	s.Pending.Platforms = s.Pending.Platforms || len(needs[config.SectionPlatforms]) > 0
	s.Notes = notes
	return s
}

// configSettings is what the documents say about the configuration in force, for the
// caller alone to change. Only whether its files changed is looked at each time: with
// a thousand creators the rest is work, and the same until another configuration is
// in force.
func (p Parts) configSettings() exports.Settings {
	cfg := p.config()
	if p.live == nil {
		return settingsOf(cfg)
	}
	s, fresh := p.live.settings(cfg)
	if !fresh {
		s.Pending = exports.PendingOf(cfg)
	}
	s.Tables.Accounts = slices.Clone(s.Tables.Accounts)
	return s
}

func settingsOf(cfg *config.Config) exports.Settings {
	s := exports.SettingsFrom(cfg, version.Get())
	s.Tables.Budgets = sharedLimits(cfg)
	return s
}

// ExportSettings is what the documents say about the configuration. It needs the
// configuration alone, so that commands may build what a worker does.
func (p Parts) ExportSettings() exports.Settings { return p.exportSettings() }

// scheduled lets the schedule write what a lost notification left behind.
type scheduled struct{ *exports.Exporter }

// Export implements activities.Exporter.
func (s scheduled) Export(ctx context.Context) error { return s.CatchUp(ctx) }

// keepExporting runs the exporter until the returned function is called, which
// then writes everything a last time, with nothing active any more.
func (p Parts) keepExporting(ctx context.Context, exporter *exports.Exporter) (stop func() error) {
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() { done <- exporter.Run(running) }()
	return func() error {
		cancel()
		err := <-done
		if errors.Is(err, context.Canceled) {
			err = nil
		}
		closing, cancelClosing := context.WithTimeout(context.WithoutCancel(ctx), finalExport)
		defer cancelClosing()
		if finalErr := exporter.Final(closing); finalErr != nil {
			// Readers see the heartbeats age; the next start writes everything.
			p.Log.Warn().Err(finalErr).Msg("the last snapshot was not written")
		}
		return err
	}
}

// observeExports counts what the exporter does, and marks the first complete
// pass, before which readers would find nothing.
func (p Parts) observeExports() func(exports.Pass) {
	count := p.Metrics.Export()
	return func(pass exports.Pass) { count(metrics.ExportPass(pass)) }
}
