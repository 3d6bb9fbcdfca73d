package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/streamsuites/streamsuites/internal/process"
)

// director steers the stage, which is a process of its own.
type director struct {
	greeting
	child *process.Child
	to    *json.Encoder
	from  *json.Decoder
	pipes []*os.File
}

// openStage starts the stage, which calls webhooks at receiver.
func openStage(ctx context.Context, dir, receiver string, o options, children *process.Registry) (_ *director, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	dir = filepath.Join(dir, "stage")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the stage's folder: %w", err)
	}
	orders, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe to the stage: %w", err)
	}
	read, answers, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make a pipe from the stage: %w", err), orders.Close(), write.Close())
	}
	d := &director{to: json.NewEncoder(write), from: json.NewDecoder(read), pipes: []*os.File{write, read}}
	d.child, err = process.Start(context.WithoutCancel(ctx), process.Spec{
		Name: "stage", Path: self, Args: []string{stageCommand, dir, receiver, strconv.Itoa(o.rate), strconv.FormatUint(o.seed, 10)},
		Stdin: orders, Stdout: answers, Stderr: os.Stderr, Registry: children,
	})
	_, _ = orders.Close(), answers.Close() // they are the child's
	if err != nil {
		return nil, errors.Join(err, write.Close(), read.Close())
	}
	if err := d.from.Decode(&d.greeting); err != nil {
		return nil, errors.Join(fmt.Errorf("the stage did not open: %w", err), d.close(ctx))
	}
	return d, nil
}

// tell gives an order and waits for its answer.
func (d *director) tell(word string) (answer, error) {
	var said answer
	if err := d.to.Encode(word); err != nil {
		return said, fmt.Errorf("tell the stage to %s: %w", word, err)
	}
	if err := d.from.Decode(&said); err != nil {
		return said, fmt.Errorf("the stage ended at %s: %w", word, err)
	}
	if said.Error != "" {
		return said, fmt.Errorf("the stage at %s: %s", word, said.Error)
	}
	return said, nil
}

// close ends the stage.
func (d *director) close(ctx context.Context) error {
	err := d.pipes[0].Close() // the end of its orders
	return errors.Join(err, d.child.Stop(context.WithoutCancel(ctx), 10*time.Second), d.pipes[1].Close())
}
