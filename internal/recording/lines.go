package recording

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// The most bytes that a line can have. Settings hold every trigger of a creator
// and may be larger than any message.
const (
	MaxLine      = 1 << 20
	MaxInputLine = 16 << 20
)

// lines splits a recording into its lines, of which it keeps one.
type lines struct {
	in     *bufio.Reader
	number int
	long   []byte // a line that is longer than the reader's buffer
}

func newLines(r io.Reader) *lines { return &lines{in: bufio.NewReaderSize(r, 64<<10)} }

// next returns the next line that is not blank, without its end. It is valid
// until the next call. At the end the error is io.EOF.
func (l *lines) next() ([]byte, error) {
	for {
		line, err := l.read()
		if err != nil {
			return nil, err
		}
		if line = trim(line); len(line) > 0 {
			return line, nil
		}
	}
}

func (l *lines) read() ([]byte, error) {
	l.number++
	l.long = l.long[:0]
	for {
		part, err := l.in.ReadSlice('\n')
		if len(l.long)+len(part) > MaxInputLine {
			return nil, l.tooLong(MaxInputLine)
		}
		switch {
		case err == nil && len(l.long) == 0:
			return part, nil
		case err == nil:
			l.long = append(l.long, part...)
			return l.long, nil
		case errors.Is(err, bufio.ErrBufferFull):
			l.long = append(l.long, part...)
		case errors.Is(err, io.EOF) && len(l.long)+len(part) > 0:
			l.long = append(l.long, part...)
			return l.long, nil
		case errors.Is(err, io.EOF):
			l.number-- // there was no such line
			return nil, io.EOF
		default:
			return nil, fmt.Errorf("read line %d of the recording: %w", l.number, err)
		}
	}
}

func (l *lines) tooLong(limit int) error {
	return &LineError{
		Line:    l.number,
		Finding: fmt.Sprintf("the line has more than %d bytes", limit),
		Remedy:  "a recording has one JSON object a line, each ended by a line break; leave this one out",
	}
}

// trim drops blanks and a line's end; a byte order mark may open a file that an
// editor saved.
func trim(line []byte) []byte {
	blank := func(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }
	for len(line) > 0 && blank(line[len(line)-1]) {
		line = line[:len(line)-1]
	}
	for len(line) > 0 && blank(line[0]) {
		line = line[1:]
	}
	if len(line) >= 3 && line[0] == 0xEF && line[1] == 0xBB && line[2] == 0xBF {
		line = line[3:]
	}
	return line
}
