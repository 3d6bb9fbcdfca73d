package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// stageCommand is the argument with which the program is the platforms.
const stageCommand = "soak-stage"

// webhookPath is where the data plane takes webhooks.
const webhookPath = "/webhooks/kick"

// greeting is what the stage says first: where it is reached, through the networks.
type greeting struct {
	Addresses map[chat.Platform]string `json:"addresses"` // host:port
	Journal   string                   `json:"journal"`   // file, in the text format of COPY
}

// The words that the stage is told.
const (
	orderBegin    = "begin"    // people speak and things go wrong
	orderCalm     = "calm"     // nothing goes wrong any more
	orderFarewell = "farewell" // people say a last thing in every channel, and no more
	orderSums     = "sums"     // nothing is under way any more; the journal is complete
)

// answer is what the stage says to each of them.
type answer struct {
	Farewells []string               `json:"farewells,omitempty"` // texts
	Sums      map[chat.Platform]sums `json:"sums,omitempty"`
	Struck    map[string]int         `json:"struck,omitempty"`
	Error     string                 `json:"error,omitempty"`
}

// sums are what happened on one platform.
type sums struct {
	Said     int      `json:"said"`
	Asked    int      `json:"asked"`
	Answered int      `json:"answered"` // of those that were asked
	Twice    []string `json:"twice"`    // answers that were given more than once
}

// stage is the process of the platforms. Its arguments are its folder, where webhooks
// arrive, messages a second, and the seed; words come on standard input until that
// ends.
func stage(ctx context.Context, args []string) error {
	if len(args) != 4 {
		return errors.New("the stage needs a folder, an address for webhooks, a rate and a seed")
	}
	rate, err := strconv.Atoi(args[2])
	if err != nil {
		return fmt.Errorf("read the rate: %w", err)
	}
	seed, err := strconv.ParseUint(args[3], 10, 64)
	if err != nil {
		return fmt.Errorf("read the seed: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s, err := openServers(ctx, args[0], args[1])
	if err != nil {
		return err
	}
	journal := filepath.Join(args[0], "said.tsv")
	people, err := openSpeakers(s, journal, rate)
	if err == nil {
		p := &play{servers: s, people: people, trouble: &trouble{servers: s}, answers: newAnswers(), seed: seed, out: json.NewEncoder(os.Stdout)}
		err = p.run(ctx, journal, os.Stdin)
	}
	stop()
	return errors.Join(err, s.close())
}

// play is what happens on the stage.
type play struct {
	servers *servers
	people  *speakers
	trouble *trouble
	answers *answers
	seed    uint64
	out     *json.Encoder

	speaking, troubling sync.WaitGroup
	silence, calm       context.CancelFunc
}

func (p *play) run(ctx context.Context, journal string, from io.Reader) error {
	hello := greeting{Addresses: map[chat.Platform]string{}, Journal: journal}
	for platform, network := range p.servers.networks {
		hello.Addresses[platform] = network.Address()
	}
	if err := p.out.Encode(hello); err != nil {
		return err
	}
	for orders := json.NewDecoder(from); ; {
		var word string
		if err := orders.Decode(&word); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read orders: %w", err)
		}
		said, err := p.obey(ctx, word)
		if err != nil {
			said.Error = err.Error()
		}
		if err := p.out.Encode(said); err != nil {
			return err
		}
	}
}

func (p *play) obey(ctx context.Context, word string) (answer, error) {
	switch word {
	case orderBegin:
		p.begin(ctx)
		return answer{}, nil
	case orderCalm:
		p.calm()
		p.troubling.Wait()
		return answer{}, p.trouble.failed
	case orderFarewell:
		p.silence()
		p.speaking.Wait()
		texts := p.people.farewell()
		_, _, err := p.people.progress()
		return answer{Farewells: texts}, err
	case orderSums:
		return p.sums(ctx)
	}
	return answer{}, fmt.Errorf("%q is no order", word)
}

func (p *play) begin(ctx context.Context) {
	speaking, silence := context.WithCancel(ctx)
	troubling, calm := context.WithCancel(ctx)
	p.silence, p.calm = silence, calm
	for i, platform := range platforms {
		random := rand.New(rand.NewPCG(p.seed, uint64(100+i)))
		p.speaking.Go(func() { p.people.speak(speaking, platform, random) })
	}
	p.speaking.Go(func() {
		for pause(speaking, time.Second/2) {
			_ = p.answers.look(p.servers) // the last look is what counts
		}
	})
	p.troubling.Go(func() { _ = p.trouble.strike(troubling, p.seed) }) // its error is asked for
}

// hooksWithin bounds the wait for webhooks that are under way.
const hooksWithin = time.Minute

// sums waits for what is under way and adds up.
func (p *play) sums(ctx context.Context) (answer, error) {
	for began := time.Now(); p.servers.kick.Pending() > 0 && time.Since(began) < hooksWithin; {
		if !pause(ctx, 50*time.Millisecond) {
			return answer{}, ctx.Err()
		}
	}
	if left := p.servers.kick.Pending(); left > 0 {
		return answer{}, fmt.Errorf("%d webhooks were not delivered", left)
	}
	if err := errors.Join(p.answers.look(p.servers), p.people.close()); err != nil {
		return answer{}, err
	}
	said, asked, err := p.people.progress()
	all := answer{Sums: map[chat.Platform]sums{}, Struck: p.trouble.counts()}
	for _, platform := range platforms {
		answered, twice := p.answers.sums(platform)
		all.Sums[platform] = sums{Said: said[platform], Asked: asked[platform], Answered: answered, Twice: twice}
	}
	return all, err
}
