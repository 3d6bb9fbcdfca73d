package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/recording"
	"github.com/streamsuites/streamsuites/internal/store"
)

// chatExport holds the flags of `chat export`.
type chatExport struct {
	creator  string
	from, to string
	file     string
	noTexts  bool
}

func (r *root) chatExport() *cobra.Command {
	var flags chatExport
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write a creator's event log as a recording",
		Long: `Writes what a creator's lane took in and decided, in its order, as lines of JSON:
messages, the other inputs, and the decisions. The recording can be replayed
with ` + "`streamsuites chat replay`" + ` and imported elsewhere.

Texts and names are in it only where the creator has them recorded
(chat.record in creators.json); ids always are.`,
		Example: "  streamsuites chat export --creator aBc123 --from 3h --output evening.jsonl",
		Args:    noArgs,
	}
	cmd.Flags().StringVar(&flags.creator, "creator", "", "whose log")
	cmd.Flags().StringVar(&flags.from, "from", "", "begin with what came in at this time: RFC 3339, a local time, a day, or how long ago")
	cmd.Flags().StringVar(&flags.to, "to", "", "end before what came in at this time")
	cmd.Flags().StringVar(&flags.file, "output", "", "file to write (default: standard output)")
	cmd.Flags().BoolVar(&flags.noTexts, "no-texts", false, "leave out texts and names, also where they are recorded")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		span, err := flags.span(time.Now())
		if err != nil {
			return err
		}
		s, err := r.store(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		log, err := s.OpenLog(cmd.Context(), flags.creator, span)
		if err != nil {
			return err
		}
		if log.ToSeq == 0 {
			return fmt.Errorf("the log of %s holds nothing in that span; `streamsuites status` shows whose chat is read", flags.creator)
		}
		if !log.Texts && !flags.noTexts {
			_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "The log of %s holds no texts: chat.record is off in creators.json.\n", flags.creator)
		}
		return flags.write(cmd, log)
	}
	return cmd
}

func (f *chatExport) span(now time.Time) (span store.LogSpan, err error) {
	if f.creator == "" {
		return span, errors.New("--creator is missing: name whose log to export, by id")
	}
	if span.From, err = parseInstant("from", f.from, now); err != nil {
		return span, err
	}
	if span.To, err = parseInstant("to", f.to, now); err != nil {
		return span, err
	}
	if !span.To.IsZero() && !span.From.Before(span.To) {
		return span, fmt.Errorf("--from %s is not before --to %s: give a span with something in it", f.from, f.to)
	}
	return span, nil
}

func (f *chatExport) write(cmd *cobra.Command, log *store.Log) error {
	header := recording.Header{
		CreatorID: f.creator, ExportedAt: time.Now().Truncate(time.Second), Texts: log.Texts && !f.noTexts,
		FromSeq: log.FromSeq, ToSeq: log.ToSeq,
	}
	if f.file == "" {
		out := bufio.NewWriter(cmd.OutOrStdout())
		if err := exportLog(cmd.Context(), out, header, log); err != nil {
			return err
		}
		return out.Flush()
	}
	// What people say in a chat is not everybody's on the machine.
	err := durable.Write(f.file, 0o600, func(w io.Writer) error { return exportLog(cmd.Context(), w, header, log) })
	if err != nil {
		return fmt.Errorf("export the log of %s: %w", f.creator, err)
	}
	return nil
}

// exportLog writes a log as a recording.
func exportLog(ctx context.Context, w io.Writer, header recording.Header, log *store.Log) error {
	out, err := recording.NewWriter(w, header)
	if err != nil {
		return err
	}
	return log.Read(ctx, func(e store.LogEntry) error {
		entry, ok := recordingEntry(e)
		if !ok {
			return nil
		}
		return out.Write(entry)
	})
}
