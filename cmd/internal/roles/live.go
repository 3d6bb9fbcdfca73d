package roles

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/config/watch"
	"github.com/streamsuites/streamsuites/internal/store"
)

// live is the configuration in force, which changed files replace.
type live struct {
	boot *config.Config // what the process started with

	mu      sync.Mutex
	current *config.Config
	changed chan struct{} // closed when current is replaced
	refused *watch.Outcome
	told    exports.Settings // what documents say about toldOf
	toldOf  *config.Config
}

func newLive(boot *config.Config) *live {
	return &live{boot: boot, current: boot, changed: make(chan struct{})}
}

// config returns the configuration in force, and a channel that is closed when
// another one is.
func (l *live) config() (*config.Config, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current, l.changed
}

// settings returns what documents say about a configuration, and whether it was found
// out just now.
func (l *live) settings(cfg *config.Config) (s exports.Settings, fresh bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if fresh = l.toldOf != cfg; fresh {
		l.told, l.toldOf = settingsOf(cfg), cfg
	}
	return l.told, fresh
}

// take notes what became of changed files.
func (l *live) take(o watch.Outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !o.OK {
		l.refused = &o
		return
	}
	l.refused = nil
	l.current = o.Config
	close(l.changed)
	l.changed = make(chan struct{})
}

// waiting returns the settings that wait for a restart, by section, and what
// people should know about changes that are not in force.
func (l *live) waiting() (needs map[string][]string, notes []string) {
	l.mu.Lock()
	current, refused := l.current, l.refused
	l.mu.Unlock()
	needs = l.boot.NeedsRestart(current)
	if refused != nil {
		notes = append(notes, "Not taken in, because it is not valid: "+refusal(*refused))
	}
	for _, section := range slices.Sorted(maps.Keys(needs)) {
		notes = append(notes, "Only a restart takes in "+strings.Join(needs[section], ", ")+".")
	}
	return needs, notes
}

// refusal says which files were refused and what is wrong with them.
func refusal(o watch.Outcome) string {
	text := strings.Join(o.Files, ", ")
	lines := reasons(o)
	for i, line := range lines {
		if i == 3 {
			text += "; and more"
			break
		}
		text += "; " + line
	}
	return text
}

// reasons are why an outcome is not OK, one a line.
func reasons(o watch.Outcome) []string {
	var lines []string
	if o.Err != nil {
		lines = append(lines, o.Err.Error())
	}
	for _, p := range o.Problems {
		lines = append(lines, p.String())
	}
	return lines
}

// watchConfig returns parts whose configuration follows the files, if that is
// switched on, until the returned function is called.
func (p Parts) watchConfig(ctx context.Context) (parts Parts, stop func()) {
	if p.Config == nil {
		return p, func() {}
	}
	p.live = newLive(p.Config)
	watching, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.started(watching)
		if !p.Config.System.HotReload.Enabled {
			return
		}
		p.Log.Info().Str("path", p.Config.WatchPath()).Float64("every_seconds", p.Config.System.HotReload.IntervalSeconds).
			Msg("changed configuration is taken in")
		w := watch.New(p.Config, watch.SystemClock{}, func(o watch.Outcome) { p.reloaded(watching, o) })
		_ = w.Run(watching) // it ends when it is told to
	}()
	return p, func() { cancel(); <-done }
}

// started tells what this process began with.
func (p Parts) started(ctx context.Context) {
	p.persist(ctx, store.Reload{Host: p.Host, At: time.Now(), State: store.ReloadStarted, Version: p.Config.Version, Seen: p.Config.Documents()})
}

// reloaded acts on changed files and says what became of them, wherever people
// look: the log, the events, status, and by its notes the snapshot.
func (p Parts) reloaded(ctx context.Context, o watch.Outcome) {
	if o.OK {
		p.Redactor.Add(o.Config.SecretValues()...)
	}
	before := p.config().Version
	p.live.take(o)
	needs, _ := p.live.waiting()
	restart := slices.Concat(slices.Collect(maps.Values(needs))...)
	slices.Sort(restart)
	told := store.Reload{
		Host: p.Host, At: o.At, State: store.ReloadTaken, Version: o.Config.Version, Seen: o.Seen, Files: o.Files, Restart: restart,
	}
	switch {
	case !o.OK:
		told.State, told.Problem = store.ReloadRefused, p.Redactor.String(strings.Join(reasons(o), "\n"))
		p.Log.Error().Strs("files", o.Files).Str("version", before).Msg("the changed configuration is not valid: the one before stays in force")
		for _, line := range reasons(o) {
			p.Log.Error().Msg(line)
		}
	case o.Config.Version == before:
		p.Log.Debug().Strs("files", o.Files).Msg("files changed and the configuration did not")
	default:
		p.Log.Info().Strs("files", o.Files).Str("version", o.Config.Version).Strs("needs_restart", restart).Msg("the changed configuration is in force")
		for _, problem := range o.Config.Problems() {
			p.Log.Warn().Str("file", problem.File).Str("path", problem.Path).Msg(problem.String())
		}
	}
	p.persist(ctx, told)
}

// persist keeps what became of the configuration where other processes see it.
func (p Parts) persist(ctx context.Context, r store.Reload) {
	if p.Store == nil {
		return
	}
	if _, err := p.Store.SaveReload(ctx, r); err != nil && ctx.Err() == nil {
		p.Log.Warn().Err(err).Msg("what became of the configuration could not be written down")
	}
}

// reconcileEvery is how long a supervisor that does not answer is left alone.
const reconcileEvery = 5 * time.Second

// follow hands changed configurations and logins to the roster until ctx ends, and tells
// the supervisor when creators came or went.
func (p Parts) follow(ctx context.Context, r *roster, reconcile func(context.Context, []string) error) {
	if p.live == nil {
		return
	}
	stale := false // the supervisor does not know the creators yet
	for {
		cfg, changed := p.live.config()
		logins, relogin := p.logins.current()
		if _, others := r.take(cfg, logins); others {
			stale = true
		}
		var again <-chan time.Time
		if stale {
			if err := reconcile(ctx, r.IDs()); err != nil {
				p.Log.Warn().Err(err).Msg("the supervisor does not know the new creators yet")
				again = time.After(reconcileEvery)
			} else {
				stale = false
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-relogin:
		case <-again:
		}
	}
}
