package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

func (r *root) clipsWatch() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "watch [CLIP]",
		Short: "Print every change of a clip, or of all clips, as it happens",
		Long: `Prints a line for each change of state. With a clip id it ends when that clip
is published (status 0) or has failed (status 1); without one it goes on until
it is interrupted.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return requireClipID(cmd, args)
		},
		ValidArgsFunction: r.clipIDs,
	}
	format := output.Flag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		s, err := r.store(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		w := watcher{store: s, out: cmd.OutOrStdout(), format: *format, seen: map[string]int{}}
		if len(args) == 1 {
			return w.one(cmd.Context(), args[0])
		}
		return w.all(cmd.Context())
	}
	return cmd
}

// watcher prints the changes that it has not printed yet.
type watcher struct {
	store  *store.Store
	out    io.Writer
	format output.Format
	seen   map[string]int // newest sequence number printed, plus one, by clip
}

func (w *watcher) one(ctx context.Context, id string) error {
	var final clip.Clip
	err := w.follow(ctx, func() (bool, error) {
		found, err := w.store.Clip(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return false, fmt.Errorf("there is no clip %s; `streamsuites clips list` shows those that are", id)
		}
		if err != nil {
			return false, err
		}
		final = found
		return found.State == clip.Published || found.State == clip.Failed, w.print(ctx, found)
	})
	if err == nil && final.State == clip.Failed {
		return fmt.Errorf("clip %s failed: %s", id, final.Reason)
	}
	return err
}

func (w *watcher) all(ctx context.Context) error {
	// Only what changes from now on is news.
	old, err := w.store.ListClips(ctx, newestClips(100))
	if err != nil {
		return err
	}
	for _, c := range old {
		w.seen[c.ClipID] = c.Seq + 1
	}
	err = w.follow(ctx, func() (bool, error) {
		clips, err := w.store.ListClips(ctx, newestClips(100))
		if err != nil {
			return false, err
		}
		for i := len(clips) - 1; i >= 0; i-- {
			if err := w.print(ctx, clips[i]); err != nil {
				return false, err
			}
		}
		return false, nil
	})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// follow calls look at once and then after every change, until it is done.
func (w *watcher) follow(ctx context.Context, look func() (done bool, err error)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changed := make(chan struct{}, 1)
	listening := make(chan error, 1)
	go func() {
		listening <- w.store.Listen(ctx, []string{"streamsuites_export"}, func(string, string) {
			select {
			case changed <- struct{}{}:
			default:
			}
		})
	}()
	for {
		if done, err := look(); done || err != nil {
			return err
		}
		select {
		case <-changed:
		case err := <-listening:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (w *watcher) print(ctx context.Context, c clip.Clip) error {
	if w.seen[c.ClipID] > c.Seq {
		return nil
	}
	changes, err := w.store.ClipHistory(ctx, c.ClipID)
	if err != nil {
		return err
	}
	for _, change := range changes {
		if change.Seq < w.seen[c.ClipID] || change.Seq > c.Seq {
			continue // printed already, or newer than c: its address is not in c yet
		}
		w.seen[c.ClipID] = change.Seq + 1
		if err := w.line(c, change); err != nil {
			return err
		}
	}
	return nil
}

func (w *watcher) line(c clip.Clip, change clip.Change) error {
	if w.format == output.JSON {
		return output.WriteLine(w.out, struct {
			ClipID string `json:"clip_id"`
			historyView
		}{c.ClipID, historyView{change.Seq, change.State, change.Reason, change.At}})
	}
	detail := c.Title
	switch change.State {
	case clip.Published:
		detail = c.URL
	case clip.Failed:
		detail = change.Reason
	}
	_, err := fmt.Fprintf(w.out, "%s  %s  %-9s  %s\n", change.At.Local().Format(time.TimeOnly), c.ClipID, change.State, detail)
	return err
}
