package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// Writer writes a recording, one call of Write a line. Equal entries become equal
// bytes.
type Writer struct {
	out   io.Writer
	texts bool
	line  bytes.Buffer
	json  *json.Encoder
}

// NewWriter writes the header. Where it says that there are no texts, Write leaves
// out the texts of messages and every name that chat knows.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	out := &Writer{out: w, texts: h.Texts}
	out.json = json.NewEncoder(&out.line)
	out.json.SetEscapeHTML(false)
	return out, out.emit(headerLine{
		Line: lineHeader, Format: Format, Version: Version, CreatorID: h.CreatorID,
		ExportedAt: utc(h.ExportedAt), Texts: &h.Texts, FromSeq: h.FromSeq, ToSeq: h.ToSeq,
	})
}

// Write writes one entry.
func (w *Writer) Write(e Entry) error {
	switch {
	case e.Message != nil:
		return w.emit(w.message(e.Seq, e.Message))
	case e.Input != nil:
		return w.input(e.Seq, *e.Input)
	case e.Decision != nil:
		return w.emit(decisionOf(e.Seq, e.Decision))
	default:
		return errors.New("write a line of the recording: it holds nothing")
	}
}

func (w *Writer) message(seq int64, e *chat.Event) messageLine {
	line := messageLine{
		Line: lineMessage, Seq: seq, Platform: string(e.Platform), MessageID: e.MessageID, Channel: e.Channel,
		Author: authorPart{ID: e.Author.ID, Login: e.Author.Login, Name: e.Author.Name, Roles: e.Author.Roles.Names()},
		Text:   e.Text, SentAt: utc(e.SentAt), ReceivedAt: utc(e.ReceivedAt),
		Event: string(e.Kind), Amount: e.Amount, Unit: e.Unit, ReplyTo: e.ReplyTo, SharedFrom: e.SharedFrom, Self: e.Self,
		Target: e.Target, History: e.History,
	}
	if !w.texts {
		line.Text, line.Author.Login, line.Author.Name = "", "", ""
	}
	return line
}

func (w *Writer) input(seq int64, in Input) error {
	if !w.texts {
		anonymous, err := in.Anonymous()
		if err != nil {
			return err
		}
		in = anonymous
	}
	at := in.At.UTC()
	return w.emit(inputLine{Line: lineInput, Seq: seq, At: &at, Input: in.Kind, Payload: in.Payload})
}

func decisionOf(seq int64, d *trigger.Decision) decisionLine {
	at := d.At.UTC()
	line := decisionLine{
		Line: lineDecision, Seq: seq, Trigger: d.TriggerID, Platform: string(d.Key.Platform), MessageID: d.Key.MessageID,
		Outcome: outcomeDenied, Step: string(d.Step), Detail: d.Detail, Config: d.Config, Author: d.Author, At: &at,
	}
	if d.Fired {
		line.Outcome = outcomeFired
	}
	return line
}

// emit writes a line. The encoder compacts payloads, so that blanks in them make
// no difference.
func (w *Writer) emit(line any) error {
	w.line.Reset()
	if err := w.json.Encode(line); err != nil {
		return fmt.Errorf("write a line of the recording: %w", err)
	}
	if _, err := w.out.Write(w.line.Bytes()); err != nil {
		return fmt.Errorf("write a line of the recording: %w", err)
	}
	return nil
}
