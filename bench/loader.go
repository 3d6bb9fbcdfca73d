package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/streamsuites/streamsuites/internal/process"
)

// loader steers the load generator, which is a process of its own, so that its work
// can be told from that of the data plane.
type loader struct {
	greeting
	child  *process.Child
	orders *json.Encoder
	told   chan told
	pipes  []*os.File
}

// told is one answer of the generator.
type told struct {
	sent sent
	err  error
}

// startLoader starts a load generator for these channels. Its name is that of its
// folder.
func startLoader(ctx context.Context, b bench, name string, channels []string) (_ *loader, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	dir := filepath.Join(b.dir, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the load generator's folder: %w", err)
	}
	lines, err := linesPath(ctx)
	if err != nil {
		return nil, err
	}
	orders, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe to the load generator: %w", err)
	}
	read, answers, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe from the load generator: %w", err)
	}
	l := &loader{orders: json.NewEncoder(write), told: make(chan told, 1), pipes: []*os.File{write, read}}
	l.child, err = process.Start(context.WithoutCancel(ctx), process.Spec{
		Name: name, Path: self, Args: append([]string{generatorCommand, dir, lines}, channels...),
		Stdin: orders, Stdout: answers, Stderr: os.Stderr, Registry: b.children,
	})
	_, _ = orders.Close(), answers.Close()
	if err != nil {
		return nil, errors.Join(err, write.Close(), read.Close())
	}
	from := json.NewDecoder(read)
	if err := from.Decode(&l.greeting); err != nil {
		return nil, errors.Join(fmt.Errorf("the load generator did not start: %w", err), l.stop(ctx))
	}
	go l.listen(from)
	return l, nil
}

// listen takes the generator's answers until it ends.
func (l *loader) listen(from *json.Decoder) {
	for {
		var t told
		if t.err = from.Decode(&t.sent); t.err != nil {
			t.err = fmt.Errorf("the load generator ended: %w", t.err)
		}
		l.told <- t
		if t.err != nil {
			return
		}
	}
}

// send has the generator begin with a load.
func (l *loader) send(load load) error { return l.order(order{Send: &load}) }

// committed tells the generator how far the load has come.
func (l *loader) committed(n int) error { return l.order(order{Committed: n}) }

func (l *loader) order(o order) error {
	if err := l.orders.Encode(o); err != nil {
		return fmt.Errorf("tell the load generator: %w", err)
	}
	return nil
}

// stop ends the generator.
func (l *loader) stop(ctx context.Context) error {
	err := l.pipes[0].Close() // the end of its orders
	return errors.Join(err, l.child.Stop(context.WithoutCancel(ctx), 5*time.Second), l.pipes[1].Close())
}
