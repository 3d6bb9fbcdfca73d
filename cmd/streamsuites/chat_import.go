package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/internal/recording"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

func (r *root) chatImport() *cobra.Command {
	var creator string
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Make a recording the beginning of a creator's event log",
		Long: `Reads a recording into the event log of a creator whose lane has not begun: all
of it, or nothing. Everything keeps its place; the lane goes on behind it. What
followed from the chat is not made again: no clip is cut, no answer given, no
cooldown started.

Chat that is older than chat is kept is forgotten by the next housekeeping.`,
		Example: "  streamsuites chat import evening.jsonl --creator zZ9999",
		Args:    oneRecording,
	}
	cmd.Flags().StringVar(&creator, "creator", "", "whose log it becomes (default: the recording's own creator)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		file, err := os.Open(args[0])
		if err != nil {
			return fmt.Errorf("open the recording: %w", err)
		}
		defer file.Close()
		reader, err := recording.NewReader(file)
		if err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
		into, err := recordingOwner(creator, reader.Header())
		if err != nil {
			return err
		}
		s, err := r.store(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		return importRecording(cmd, s, into, args[0], reader)
	}
	return cmd
}

func oneRecording(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("give one recording, a file as `streamsuites chat export` writes it; `%s --help` says more", cmd.CommandPath())
	}
	return nil
}

// recordingOwner is whose log a recording becomes.
func recordingOwner(flag string, h recording.Header) (string, error) {
	switch {
	case flag != "":
		return flag, nil
	case h.CreatorID != "":
		return h.CreatorID, nil
	default:
		return "", errors.New("the recording names no creator: give one with --creator")
	}
}

func importRecording(cmd *cobra.Command, s *store.Store, creatorID, name string, reader *recording.Reader) error {
	repeated := 0
	done, err := s.ImportLog(cmd.Context(), store.LogImport{
		CreatorID: creatorID, Entries: recordedEntries(cmd.Context(), name, reader, &repeated), MaxSkew: trigger.MaxSkew,
	})
	switch {
	case errors.Is(err, store.ErrLaneBegun):
		return fmt.Errorf("%s has an event log already, and a recording can only be its beginning: choose another --creator, or another database", creatorID)
	case errors.Is(err, store.ErrStoredAlready):
		return fmt.Errorf("messages of %s are in this database already, of %s or of another creator: import it into another database (%w)", name, creatorID, err)
	case err != nil:
		return err
	}
	out := cmd.OutOrStdout()
	_, _ = fmt.Fprintf(out, "Imported %s, %s and %s for %s, places %d to %d.\n",
		countOf(done.Events, "message"), countOf(done.Inputs, "input"), countOf(done.Decisions, "decision"), creatorID, done.FromSeq, done.ToSeq)
	if repeated > 0 {
		_, _ = fmt.Fprintf(out, "Left out: %s of messages that were in the recording before.\n", countOf(repeated, "repeat"))
	}
	return nil
}

// recordedEntries are a recording's for the log, each message once.
func recordedEntries(ctx context.Context, name string, reader *recording.Reader, repeated *int) iter.Seq2[store.LogEntry, error] {
	return func(yield func(store.LogEntry, error) bool) {
		stopped := errors.New("stopped")
		err := recording.Each(ctx, reader, func(e recording.Entry) error {
			if e.Repeated {
				*repeated++
				return nil
			}
			if !yield(logEntry(e), nil) {
				return stopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, stopped) {
			yield(store.LogEntry{}, fmt.Errorf("%s: %w", name, err))
		}
	}
}
