package twitch

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

const (
	maxLine  = 16 << 10 // longer lines are dropped whole
	readSize = 64 << 10
)

var errLineTooLong = errors.New("line too long")

// lineReader cuts a byte stream into lines.
type lineReader struct {
	buf   *bufio.Reader
	clean []byte // scratch for lines that had to be cleaned
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{buf: bufio.NewReaderSize(r, readSize)}
}

// next returns the next line without its end: valid UTF-8 without NUL. The
// bytes are valid until the next call. A line over the limit is consumed and
// reported as errLineTooLong; every other error is final. A last line without
// an end was cut off and is not returned.
func (r *lineReader) next() ([]byte, error) {
	line, err := r.buf.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = r.buf.ReadSlice('\n')
		}
		if err == nil {
			err = errLineTooLong
		}
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	line = bytes.TrimRight(line, "\r\n")
	if len(line) > maxLine {
		return nil, errLineTooLong
	}
	return r.cleaned(line), nil
}

func (r *lineReader) cleaned(line []byte) []byte {
	if bytes.IndexByte(line, 0) < 0 && utf8.Valid(line) {
		return line
	}
	r.clean = r.clean[:0]
	for len(line) > 0 {
		char, size := utf8.DecodeRune(line)
		if char != 0 {
			r.clean = utf8.AppendRune(r.clean, char) // an invalid byte becomes U+FFFD
		}
		line = line[size:]
	}
	return r.clean
}
