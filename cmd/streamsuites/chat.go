package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/internal/recording"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

func (r *root) chatCommand() *cobra.Command {
	return family(&cobra.Command{
		Use:   "chat",
		Short: "Watch chat, see how completely it was taken in, and export, import and replay it",
	}, r.chatTail(), r.chatReport(), r.chatExport(), r.chatImport(), r.chatReplay())
}

// recordingEntry returns an entry of the log as a recording holds it. ok is false for
// what a lane put aside because it could not be read: nothing followed from it.
func recordingEntry(e store.LogEntry) (entry recording.Entry, ok bool) {
	entry.Seq = e.LaneSeq
	switch {
	case e.Event != nil:
		entry.Message = &e.Event.Event
	case e.Input != nil:
		entry.Input = &recording.Input{Kind: e.Input.Kind, At: e.Input.CreatedAt, Payload: e.Input.Payload}
		if _, err := entry.Input.Evaluated(); err != nil {
			return entry, false
		}
	case e.Decision != nil:
		d := e.Decision
		entry.Decision = &trigger.Decision{
			TriggerID: d.TriggerID, Key: d.Key, Fired: d.Fired, Step: trigger.Step(d.Step), Detail: d.Detail,
			Config: d.Config, At: d.At, Author: d.Author,
		}
	}
	return entry, true
}

// logEntry is the reverse of recordingEntry.
func logEntry(e recording.Entry) store.LogEntry {
	entry := store.LogEntry{LaneSeq: e.Seq}
	switch {
	case e.Message != nil:
		entry.Event = &store.Event{Event: *e.Message, LaneSeq: e.Seq}
	case e.Input != nil:
		entry.Input = &store.LogInput{Kind: e.Input.Kind, CreatedAt: e.Input.At, Payload: e.Input.Payload}
	case e.Decision != nil:
		d := e.Decision
		entry.Decision = &store.Decision{
			LaneSeq: e.Seq, TriggerID: d.TriggerID, Key: d.Key, Fired: d.Fired, Step: string(d.Step), Detail: d.Detail,
			Config: d.Config, At: d.At, Author: d.Author,
		}
	}
	return entry
}

// parseInstant reads a time on the command line: of a clock with its zone, of the
// local clock, a day, or how long ago.
func parseInstant(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return at, nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf(`--%s is %q: give a time such as 2026-02-01T20:00:00Z, "2026-02-01 20:00" or 2026-02-01, or how long ago, such as 90m`, flag, text)
}
