package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/process"
)

// peerDir is the bot that the data plane is measured against, seen from the top of
// the checkout.
const peerDir = "bench/tmijs"

// peerReadyWithin bounds its start: it joins one channel every 300 ms.
const peerReadyWithin = time.Minute

// configuration is what the bot is given.
type configuration struct {
	Server   string                  `json:"server"`
	Port     int                     `json:"port"`
	Login    string                  `json:"login"`
	Token    string                  `json:"token"`
	Channels []peerChannel           `json:"channels"`
	Triggers []definition.Definition `json:"triggers"`
	Database database                `json:"database"`
}

// peerChannel is a channel and whose it is.
type peerChannel struct {
	Name    string `json:"name"`
	Creator string `json:"creator_id"`
}

// database is what the bot's library for Postgres wants to know.
type database struct {
	Host     string `json:"host"`
	Port     int    `json:"port"`
	User     string `json:"user"`
	Password string `json:"password"`
	Database string `json:"database"`
	Options  string `json:"options"`
}

// saying is one line that the bot tells.
type saying struct {
	Ready  map[string]string `json:"ready"` // versions
	Stored int               `json:"stored"`
	Counts *peerCounts       `json:"counts"`
}

// peerCounts is what the bot has counted since its start.
type peerCounts struct {
	Matched int `json:"matched"`
	Fired   int `json:"fired"`
	Said    int `json:"said"`
	Dropped int `json:"dropped"`
	Failed  int `json:"failed"`
	Waiting int `json:"waiting"`
}

// peer is the running bot, with a load generator of its own.
type peer struct {
	loader   *loader
	child    *process.Child
	orders   io.WriteCloser
	said     chan saying // closed when it has ended
	versions string
	stored   int // messages since its start
}

// startPeer starts the bot and its load generator, and returns when it reads every
// channel.
func (r *rig) startPeer(ctx context.Context) (_ *peer, err error) {
	if err := installPeer(ctx); err != nil {
		return nil, err
	}
	channels := make([]string, creators)
	for i := range channels {
		channels[i] = channelName(i)
	}
	p := &peer{said: make(chan saying, 16)}
	if p.loader, err = startLoader(ctx, r.bench, "generator-tmijs", channels); err != nil {
		return nil, err
	}
	r.onStop(p.loader.stop)
	path, err := r.configurePeer(p.loader.greeting)
	if err != nil {
		return nil, err
	}
	orders, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe to the bot: %w", err)
	}
	read, tells, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make a pipe from the bot: %w", err), orders.Close(), write.Close())
	}
	p.orders = write
	p.child, err = process.Start(context.WithoutCancel(ctx), process.Spec{
		Name: "tmi.js bot", Path: "node", Args: []string{filepath.Join(peerDir, "bot.js"), path},
		Env:   []string{"NODE_EXTRA_CA_CERTS=" + p.loader.CAFile, "NODE_ENV=production"},
		Stdin: orders, Stdout: tells, Stderr: os.Stderr, Registry: r.children,
	})
	_, _ = orders.Close(), tells.Close()
	if err != nil {
		return nil, errors.Join(err, write.Close(), read.Close())
	}
	r.onStop(func(ctx context.Context) error {
		return errors.Join(write.Close(), p.child.Stop(ctx, 5*time.Second), read.Close())
	})
	go p.listen(read)
	return p, p.awaitReady(ctx)
}

// installPeer has npm install what the bot needs, unless that was done.
func installPeer(ctx context.Context) error {
	if _, err := exec.LookPath("npm"); err != nil {
		return errors.New("node and npm are not installed, which the bot needs that StreamSuites is measured against: deploy/install-deps.sh --with-node installs them")
	}
	wanted, err := os.Stat(filepath.Join(peerDir, "package-lock.json"))
	if err != nil {
		return fmt.Errorf("find the bot on tmi.js; run the benchmark at the top of the checkout: %w", err)
	}
	if there, err := os.Stat(filepath.Join(peerDir, "node_modules", ".package-lock.json")); err == nil && !there.ModTime().Before(wanted.ModTime()) {
		return nil
	}
	install := exec.CommandContext(ctx, "npm", "ci")
	install.Dir = peerDir
	if said, err := install.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci in %s: %w: %s", peerDir, err, said)
	}
	return nil
}

// configurePeer writes the bot's configuration. It holds the database's password.
func (r *rig) configurePeer(at greeting) (path string, err error) {
	host, port, err := net.SplitHostPort(at.Web)
	if err != nil {
		return "", fmt.Errorf("configure the bot: %w", err)
	}
	db, err := pgx.ParseConfig(r.url)
	if err != nil {
		return "", fmt.Errorf("configure the bot: %w", err)
	}
	c := configuration{
		Server: host, Login: at.Login, Token: at.Token, Triggers: newRepertoire().triggers,
		Database: database{db.Host, int(db.Port), db.User, db.Password, db.Database, "-c search_path=streamsuites -c synchronous_commit=off"},
	}
	if c.Port, err = strconv.Atoi(port); err != nil {
		return "", fmt.Errorf("configure the bot: %w", err)
	}
	for i := range creators {
		c.Channels = append(c.Channels, peerChannel{channelName(i), creatorID(i)})
	}
	text, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("configure the bot: %w", err)
	}
	path = filepath.Join(r.dir, "tmijs.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return "", fmt.Errorf("configure the bot: %w", err)
	}
	return path, nil
}

// listen takes what the bot tells until it ends.
func (p *peer) listen(from io.Reader) {
	defer close(p.said)
	lines := json.NewDecoder(from)
	for {
		var s saying
		if lines.Decode(&s) != nil {
			return
		}
		p.said <- s
	}
}

// next returns what the bot tells next.
func (p *peer) next(ctx context.Context) (saying, error) {
	select {
	case s, ok := <-p.said:
		if !ok {
			return saying{}, errors.New("the bot on tmi.js has ended")
		}
		p.stored = max(p.stored, s.Stored)
		return s, nil
	case <-ctx.Done():
		return saying{}, fmt.Errorf("wait for the bot on tmi.js: %w", ctx.Err())
	}
}

func (p *peer) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, peerReadyWithin)
	defer cancel()
	s, err := p.next(ctx)
	if err != nil {
		return err
	}
	var versions []string
	for _, name := range slices.Sorted(maps.Keys(s.Ready)) {
		versions = append(versions, name+" "+strings.TrimPrefix(s.Ready[name], "v"))
	}
	p.versions = strings.Join(versions, ", ")
	return nil
}

// counts asks the bot what it has counted.
func (p *peer) counts(ctx context.Context) (peerCounts, error) {
	if _, err := io.WriteString(p.orders, "counts\n"); err != nil {
		return peerCounts{}, fmt.Errorf("ask the bot on tmi.js: %w", err)
	}
	for {
		s, err := p.next(ctx)
		if err != nil {
			return peerCounts{}, err
		}
		if s.Counts != nil {
			return *s.Counts, nil
		}
	}
}
