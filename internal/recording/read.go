package recording

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/seen"
)

// seenCapacity is how many of the newest messages are recognised at least when
// they come again: far more than a platform delivers twice, in some 40 MB.
const seenCapacity = 1 << 19

// Reader reads a recording line by line. Fields that it does not know are
// tolerated, lines that it does not know are not.
type Reader struct {
	lines  *lines
	header Header
	seen   *seen.IDs
	order  order
	read   int64 // greatest place that was read
}

// order says where the places of the entries come from.
type order int8

const (
	unknownOrder order = iota
	bySeq              // every line says its place
	byLine             // none does: the order of lines is the sequence
)

// NewReader reads the header. The error is a *LineError when that cannot be
// understood.
func NewReader(r io.Reader) (*Reader, error) {
	in := &Reader{lines: newLines(r), seen: seen.NewIDs(seenCapacity)}
	line, err := in.lines.next()
	if errors.Is(err, io.EOF) {
		return nil, &LineError{Line: 1, Finding: "the recording is empty", Remedy: "it has to begin with " + exampleHeader}
	}
	if err != nil {
		return nil, err
	}
	in.header, err = in.parseHeader(line)
	return in, err
}

const exampleHeader = `{"line":"header","format":"` + Format + `","version":1,"creator_id":"<id>"}`

// Header returns what the recording says about itself.
func (r *Reader) Header() Header { return r.header }

// Sequenced reports whether the entries that were read said their places
// themselves: the recording is a lane's own log.
func (r *Reader) Sequenced() bool { return r.order == bySeq }

// Next returns the next entry, and io.EOF behind the last one. Any other error is
// a *LineError or one of the reader below.
func (r *Reader) Next() (Entry, error) {
	line, err := r.lines.next()
	if errors.Is(err, io.EOF) {
		return Entry{}, r.end()
	}
	if err != nil {
		return Entry{}, err
	}
	if !utf8.Valid(line) {
		return Entry{}, r.wrong("the line is not valid UTF-8", "save the recording as UTF-8, or leave the line out")
	}
	var what struct {
		Line string `json:"line"`
	}
	if err := json.Unmarshal(line, &what); err != nil {
		return Entry{}, r.syntax(err)
	}
	if what.Line != lineInput && len(line) > MaxLine {
		return Entry{}, r.lines.tooLong(MaxLine)
	}
	var e Entry
	switch what.Line {
	case lineMessage:
		e, err = r.parseMessage(line)
	case lineInput:
		e, err = r.parseInput(line)
	case lineDecision:
		e, err = r.parseDecision(line)
	default:
		return Entry{}, r.wrong(fmt.Sprintf(`"line" is %s`, quote(what.Line)),
			"write message, input or decision; a newer version of the program may know more")
	}
	if err != nil {
		return Entry{}, err
	}
	e.Line = r.lines.number
	if err := r.place(&e); err != nil {
		return Entry{}, err
	}
	if e.Message != nil {
		key := e.Message.Key()
		e.Repeated = !r.seen.Add(string(key.Platform), key.MessageID)
	}
	return e, nil
}

// place checks the place of an entry, or gives it one.
func (r *Reader) place(e *Entry) error {
	given := bySeq
	if e.Seq == 0 {
		given = byLine
	}
	if r.order == unknownOrder {
		r.order = given
	}
	switch {
	case e.Seq < 0:
		return r.wrong(fmt.Sprintf(`"seq" is %d`, e.Seq), "places count from 1")
	case given != r.order:
		return r.wrong("some lines have a \"seq\" and some have none", "give every line one, or none")
	case given == byLine:
		if e.Decision == nil {
			r.read++
		}
		e.Seq = r.read
	case e.Seq < r.read, e.Seq == r.read && e.Decision == nil:
		return r.wrong(fmt.Sprintf(`"seq" is %d after %d`, e.Seq, r.read),
			"places rise from line to line, and decisions follow what they are about; sort the lines, or leave every seq out to go by the order of the lines")
	}
	r.read = max(r.read, e.Seq)
	return nil
}

// end reports a recording that was cut off.
func (r *Reader) end() error {
	if r.header.ToSeq > r.read {
		return r.wrong(fmt.Sprintf("the recording ends at place %d, and its header says %d", r.read, r.header.ToSeq),
			"it was cut off: export it again")
	}
	return io.EOF
}

func (r *Reader) wrong(finding, remedy string) error {
	return &LineError{Line: r.lines.number, Finding: finding, Remedy: remedy}
}

func (r *Reader) syntax(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return r.wrong(fmt.Sprintf("%s is a JSON %s", quote(kind.Field), kind.Value), "it has to be "+wanted(kind))
	}
	return r.wrong("this is not a JSON object: "+err.Error(), "a recording has one JSON object a line; leave this one out or mend it")
}

func wanted(e *json.UnmarshalTypeError) string {
	switch name := e.Type.String(); name {
	case "string":
		return "text"
	case "int", "int64":
		return "a whole number"
	case "bool":
		return "true or false"
	case "[]string":
		return "a list of texts"
	default:
		return "an object"
	}
}

// quote shows foreign text in an error, shortened.
func quote(text string) string {
	const most = 60
	if text == "" {
		return "missing"
	}
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return fmt.Sprintf("%q", text)
}

func known[T ~string](all []T, text string) bool { return slices.Contains(all, T(text)) }
