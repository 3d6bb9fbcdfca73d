package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/process"
	"github.com/streamsuites/streamsuites/internal/sim"
)

// platformsCommand is the argument with which the program is the simulated platforms
// of offline creators.
const platformsCommand = "serve-platforms"

// servePlatforms is the simulated platforms' process. Its arguments are its name, its
// folder and the number of creators; it ends when standard input does.
func servePlatforms(ctx context.Context, args []string) error {
	if len(args) != 3 {
		return errors.New("the simulated platforms need a folder and a number of creators")
	}
	creators, err := strconv.Atoi(args[2])
	if err != nil {
		return fmt.Errorf("read the number of creators: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer stop()
		_, _ = io.Copy(io.Discard, os.Stdin) // its end is what counts
	}()
	chat, videos, green := idleSeeds(creators)
	return sim.Run(ctx, sim.Options{
		Dir: args[1], Seed: &chat, YouTube: &videos, Kick: sim.Kick{Seed: &green}, Log: zerolog.Nop(),
		Ready: func(at sim.Bound) { _ = json.NewEncoder(os.Stdout).Encode(at) }, // whoever listens has gone when this fails
	})
}

// platforms are simulated platforms in a process of their own, which is not counted.
type platforms struct {
	at    sim.Bound
	child *process.Child
	pipes []*os.File
}

// startPlatforms starts them with so many offline creators and waits until they serve.
func startPlatforms(ctx context.Context, b bench, creators int) (_ *platforms, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	stdin, orders, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe to the platforms: %w", err)
	}
	answers, stdout, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make a pipe from the platforms: %w", err), stdin.Close(), orders.Close())
	}
	p := &platforms{pipes: []*os.File{orders, answers}}
	p.child, err = process.Start(context.WithoutCancel(ctx), process.Spec{
		Name: "platforms", Path: self,
		Args:  []string{platformsCommand, filepath.Join(b.dir, fmt.Sprintf("platforms-%d", creators)), strconv.Itoa(creators)},
		Stdin: stdin, Stdout: stdout, Stderr: os.Stderr, Registry: b.children,
	})
	_, _ = stdin.Close(), stdout.Close()
	if err != nil {
		return nil, errors.Join(err, orders.Close(), answers.Close())
	}
	line, err := bufio.NewReader(answers).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &p.at)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the simulated platforms did not start: %w", err), p.stop(ctx))
	}
	return p, nil
}

// stop ends them.
func (p *platforms) stop(ctx context.Context) error {
	err := p.pipes[0].Close()
	return errors.Join(err, p.child.Stop(context.WithoutCancel(ctx), 5*time.Second), p.pipes[1].Close())
}
