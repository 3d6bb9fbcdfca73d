package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/sim/authority"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	"github.com/streamsuites/streamsuites/internal/sim/twitch"
)

// generatorCommand is the argument with which the program is the load generator.
const generatorCommand = "generate-load"

// greeting is what the generator says first: where it serves and whom it lets in.
type greeting struct {
	Address string `json:"address"`
	Web     string `json:"web"` // for WebSockets
	CAFile  string `json:"ca_file"`
	Login   string `json:"login"`
	Token   string `json:"token"`
}

// order is what the generator is told: to send, or how far its load has come.
type order struct {
	Send      *load `json:"send,omitempty"`
	Committed int   `json:"committed,omitempty"` // chat messages of the load
}

// load is how much to send and how fast.
type load struct {
	Chat int `json:"chat"` // messages; what else is in the real chat comes on top
	// PerSecond spreads the messages evenly; 0 sends as fast as they are taken.
	PerSecond int `json:"per_second"`
	// Ahead is how many messages may be sent and not yet committed: the data plane
	// does not hold a reader back but records a gap, so this does.
	Ahead int `json:"ahead"`
}

// sent is what the generator answers when it has sent everything.
type sent struct {
	Lines      int           `json:"lines"`      // with what is not chat
	Stored     int           `json:"stored"`     // that become rows: messages, subscriptions and bans
	Triggering int           `json:"triggering"` // messages that match a trigger
	Bytes      int64         `json:"bytes"`
	CPU        time.Duration `json:"cpu"`
	Took       time.Duration `json:"took"`
}

// generate is the load generator's process. Its arguments are its name, its folder,
// the file of real lines, and the channels; orders come as JSON on standard input
// until that ends.
func generate(ctx context.Context, args []string) error {
	if len(args) < 4 {
		return errors.New("the load generator needs a folder, a file of lines, and channels")
	}
	dir, channels := args[1], args[3:]
	lines, err := readLines(args[2])
	if err != nil {
		return err
	}
	g := &generator{out: json.NewEncoder(os.Stdout)}
	if _, err := rand.Read(g.seed[:]); err != nil {
		return fmt.Errorf("seed the load: %w", err)
	}
	g.scribe = newScribe(lines, channels, newSampler(newRepertoire().texts), g.seed)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 2)
	if err := g.open(ctx, dir, channels, served); err != nil {
		return err
	}
	err = g.obey(ctx, os.Stdin)
	stop()
	return errors.Join(err, <-served, <-served, g.server.Close())
}

// generator is the simulated platform under load.
type generator struct {
	server *twitch.Server
	scribe *scribe
	seed   [32]byte
	out    *json.Encoder
	block  []byte // reused
}

// open serves the simulated platform and says where.
func (g *generator) open(ctx context.Context, dir string, channels []string, served chan<- error) error {
	ca, err := authority.Open(dir)
	if err != nil {
		return err
	}
	secure, err := ca.Server("127.0.0.1")
	if err != nil {
		return err
	}
	switches, err := faults.Open(filepath.Join(dir, "faults.json"), twitch.Targets()...)
	if err != nil {
		return err
	}
	seed := twitch.DefaultSeed()
	bot := seed.Accounts[0]
	seed.Channels = nil
	for _, name := range channels {
		seed.Channels = append(seed.Channels, twitch.Channel{Login: name, Moderators: []string{bot.Login}, Title: name})
	}
	g.server, err = twitch.Open(twitch.Options{Dir: dir, Seed: seed, Faults: switches, TLS: secure, Log: zerolog.Nop()})
	if err != nil {
		return err
	}
	plain, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("serve the simulated chat: %w", err)
	}
	web, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(fmt.Errorf("serve the simulated chat over WebSocket: %w", err), plain.Close())
	}
	go func() { served <- g.server.Serve(ctx, plain) }()
	go func() { served <- g.server.ServeWebSocket(ctx, web) }()
	return g.out.Encode(greeting{plain.Addr().String(), web.Addr().String(), ca.Path(), bot.Login, bot.Token})
}

// obey carries out orders until there are no more.
func (g *generator) obey(ctx context.Context, from io.Reader) error {
	orders := json.NewDecoder(from)
	progress := make(chan int, 1) // holds the newest only
	idle := make(chan struct{}, 1)
	idle <- struct{}{}
	for {
		var o order
		if err := orders.Decode(&o); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read orders: %w", err)
		}
		if o.Send == nil {
			select {
			case <-progress:
			default:
			}
			progress <- o.Committed
			continue
		}
		<-idle
		select {
		case <-progress: // of the load before
		default:
		}
		go func() {
			defer func() { idle <- struct{}{} }()
			_ = g.out.Encode(g.send(ctx, *o.Send, progress)) // whoever listens has gone when this fails
		}()
	}
}

// batch is how many messages are handed to the connection together, and step how
// often when they are paced.
const (
	batch = 250
	step  = 5 * time.Millisecond
)

// send sends a load.
func (g *generator) send(ctx context.Context, l load, progress <-chan int) sent {
	began, cpu, before := time.Now(), ownCPU(), g.scribe.written
	var done sent
	chat, committed := 0, 0
	for chat < l.Chat && ctx.Err() == nil {
		due := min(batch, l.Chat-chat)
		if l.PerSecond > 0 {
			due = min(l.Chat, int(time.Since(began).Seconds()*float64(l.PerSecond))) - chat
		}
		if chat+due-committed > l.Ahead {
			select {
			case committed = <-progress:
			case <-ctx.Done():
			}
			continue
		}
		g.block = g.scribe.write(g.block[:0], due, time.Now())
		g.server.Broadcast(ctx, [][]byte{g.block})
		chat, done.Bytes = chat+due, done.Bytes+int64(len(g.block))
		if l.PerSecond > 0 {
			time.Sleep(step)
		}
	}
	now := g.scribe.written
	done.Lines, done.Stored, done.Triggering = now.lines-before.lines, now.stored-before.stored, now.triggering-before.triggering
	done.CPU, done.Took = ownCPU()-cpu, time.Since(began)
	return done
}
