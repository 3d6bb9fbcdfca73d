package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/process"
	"github.com/streamsuites/streamsuites/internal/statedir"
)

const (
	operator = "bin/streamsuites"

	failovers = 5

	// askEvery is how often a measurement of a fail-over asks the chat for an
	// answer; what it finds is this coarse.
	askEvery = 100 * time.Millisecond
	// settleFor is for how long the holder answers before it is killed.
	settleFor   = 3 * time.Second
	failsWithin = 2 * time.Minute
)

// measureFailover kills the process that reads the chat while another one stands
// by, again and again.
func measureFailover(ctx context.Context, b bench) (figures []Figure, err error) {
	s, err := startStandalone(ctx, b, statedir.Dir(filepath.Join(b.dir, "failover")), "--servers-only")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop(ctx)) }()
	p := &pair{bench: b, servers: s, chat: platform{s.addresses.Simulators.Control}}
	defer func() { err = errors.Join(err, p.stop(ctx)) }()
	if p.worker, err = p.role(ctx, "worker", s.dir); err != nil { // starts what holds the shards
		return nil, err
	}
	for i := range p.machines {
		if err := p.start(ctx, i); err != nil {
			return nil, err
		}
	}
	var took, unheard []float64
	for i := range failovers {
		seconds, lost, err := p.failOver(ctx)
		if err != nil {
			return nil, err
		}
		b.say("fail-over %d: %s s, %d messages in the gap", i+1, number(seconds), lost)
		took, unheard = append(took, seconds), append(unheard, float64(lost))
	}
	return []Figure{failoverFigure(took, unheard)}, nil
}

func failoverFigure(took, unheard []float64) Figure {
	return Figure{
		Name: "failover.seconds", Value: median(took), Unit: "s", Target: 30, Lower: true,
		How: fmt.Sprintf("Two `streamsuites ingest` with state directories of their own share the demo's creator, who is asked `!ping` every %s. "+
			"From SIGKILL of the one that holds the creator until the other's first answer is in the chat. Median of %d. Most of it is the heartbeat "+
			"timeout of 15 s after which Temporal's server gives the shard to the other: the last heartbeat before the kill is up to 6 s old.",
			askEvery, failovers),
		Details: []string{
			fmt.Sprintf("From %s s to %s s: %s s.", number(slices.Min(took)), number(slices.Max(took)), list(took)),
			fmt.Sprintf("Messages in the recorded gaps, of %d a second: median %s, from %s to %s.", int(time.Second/askEvery),
				number(median(unheard)), number(slices.Min(unheard)), number(slices.Max(unheard))),
		},
	}
}

// pair is two machines that share the demo's creator.
type pair struct {
	bench    bench
	servers  *standalone
	chat     platform
	machines [2]*process.Child
	worker   *process.Child
	said     int
}

// start starts the ingest of a machine and waits until it is ready to hold
// creators.
func (p *pair) start(ctx context.Context, i int) error {
	dir := statedir.Dir(filepath.Join(p.bench.dir, fmt.Sprintf("machine-%d", i+1)))
	if err := shareConfiguration(p.servers.dir, dir); err != nil {
		return err
	}
	var err error
	p.machines[i], err = p.role(ctx, "ingest", dir)
	return err
}

// role starts a role and waits until it takes work.
func (p *pair) role(ctx context.Context, name string, dir statedir.Dir) (*process.Child, error) {
	path, err := program(".", operator)
	if err != nil {
		return nil, err
	}
	ready := &marker{text: "Started Worker", seen: make(chan struct{})}
	child, err := process.Start(context.WithoutCancel(ctx), process.Spec{
		Name: name, Path: path, Args: []string{name, "--state-dir", dir.String()}, Dir: p.bench.dir,
		Env:    []string{"DATABASE_URL=" + p.servers.addresses.Database, "TEMPORAL_ADDRESS=" + p.servers.addresses.Temporal},
		Stdout: io.Discard, Stderr: ready, Registry: p.bench.children,
	})
	if err != nil {
		return nil, err
	}
	select {
	case <-ready.seen:
		return child, nil
	case <-child.Done():
		return nil, errors.Join(fmt.Errorf("the %s ended by itself", name), child.Err())
	case <-ctx.Done():
		return child, ctx.Err()
	}
}

func (p *pair) stop(ctx context.Context) (err error) {
	for _, machine := range append(p.machines[:], p.worker) {
		if machine != nil {
			err = errors.Join(err, machine.Stop(context.WithoutCancel(ctx), stopWithin))
		}
	}
	return err
}

// failOver kills the one that holds the creator and returns how long it took until
// the other answered, and how many messages lie in between.
func (p *pair) failOver(ctx context.Context) (seconds float64, lost int, err error) {
	if _, err := p.answered(ctx, settleFor); err != nil {
		return 0, 0, err
	}
	holder, err := p.holder(ctx)
	if err != nil {
		return 0, 0, err
	}
	killed := time.Now()
	if err := p.machines[holder].Kill(); err != nil {
		return 0, 0, err
	}
	lost, err = p.answered(ctx, 0)
	seconds = time.Since(killed).Seconds()
	if err != nil {
		return 0, 0, err
	}
	return seconds, lost, p.start(ctx, holder)
}

// answered asks the chat until it has answered for that long, and returns how many
// questions went unanswered before the first answer.
func (p *pair) answered(ctx context.Context, lasting time.Duration) (before int, err error) {
	var asked []string
	var first time.Time
	err = await(ctx, failsWithin, askEvery, "the chat answers", func() (bool, error) {
		p.said++
		id, err := p.chat.say(ctx, fmt.Sprintf("viewer%d", p.said%9), "!ping")
		if err != nil {
			return false, err
		}
		asked = append(asked, id)
		if !first.IsZero() {
			return time.Since(first) >= lasting, nil
		}
		replied, err := p.chat.replies(ctx)
		if err != nil {
			return false, err
		}
		if at := slices.IndexFunc(asked, func(id string) bool { return slices.Contains(replied, id) }); at >= 0 {
			before, first = at, time.Now()
			return lasting == 0, nil
		}
		return false, nil
	})
	return before, err
}

// holder is which machine holds the creator, by the host id in its state directory.
func (p *pair) holder(ctx context.Context) (int, error) {
	holder, err := holderOf(ctx, p.servers.addresses.Database)
	if err != nil {
		return 0, err
	}
	for i := range p.machines {
		id, err := os.ReadFile(filepath.Join(p.bench.dir, fmt.Sprintf("machine-%d", i+1), "host-id"))
		if err != nil {
			return 0, fmt.Errorf("read a host's id: %w", err)
		}
		if strings.HasPrefix(holder, strings.TrimSpace(string(id))+"/") {
			return i, nil
		}
	}
	return 0, fmt.Errorf("nobody here holds the creator, but %s", holder)
}

// shareConfiguration gives a machine the demo's configuration.
func shareConfiguration(from, to statedir.Dir) error {
	if err := to.Create(); err != nil {
		return err
	}
	found, err := filepath.Glob(filepath.Join(from.Config(), "*.json"))
	if err != nil {
		return fmt.Errorf("look for the demo's configuration: %w", err)
	}
	for _, path := range append(found, filepath.Join(from.String(), ".env")) {
		name, err := filepath.Rel(from.String(), path)
		if err != nil {
			return fmt.Errorf("name %s: %w", path, err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("share the demo's configuration: %w", err)
		}
		if err := os.WriteFile(filepath.Join(to.String(), name), text, 0o600); err != nil {
			return fmt.Errorf("share the demo's configuration: %w", err)
		}
	}
	return nil
}

// replies lists the messages that the newest lines of the chat answer.
func (p platform) replies(ctx context.Context) (ids []string, err error) {
	var messages []struct {
		ReplyTo string `json:"reply_to"`
	}
	if err := p.do(ctx, "GET", "/twitch/messages?limit=100", nil, &messages); err != nil {
		return nil, fmt.Errorf("read the simulated chat: %w", err)
	}
	for _, m := range messages {
		ids = append(ids, m.ReplyTo)
	}
	return ids, nil
}

// holderOf is who holds the demo's one creator.
func holderOf(ctx context.Context, databaseURL string) (holder string, err error) {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return "", fmt.Errorf("ask who holds the creator: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if err := conn.QueryRow(ctx, `select holder from streamsuites.epochs`).Scan(&holder); err != nil {
		return "", fmt.Errorf("ask who holds the creator: %w", err)
	}
	return holder, nil
}
