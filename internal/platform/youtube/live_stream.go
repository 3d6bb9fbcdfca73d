package youtube

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// ChatStream is an open push stream of a live chat. One goroutine reads it.
type ChatStream struct {
	live    *Live
	ctx     context.Context // of the request
	decoder *pageDecoder
	body    io.Closer
	watch   *watch
	secrets []string
	stop    func()
}

// Stream opens the push stream of a live chat (liveChatMessages.streamList over
// HTTP): with page "" it begins with the recent history, with a token behind the
// page that gave it. It has to be closed.
func (l *Live) Stream(ctx context.Context, chatID, page string) (*ChatStream, error) {
	ctx, moving, stop := watched(ctx, l.cfg.Timeout)
	resp, secrets, err := l.open(ctx, request{
		operation: MethodStream, verb: http.MethodGet, path: "liveChat/messages/stream", query: chatQuery(chatID, page),
	})
	if err != nil {
		stop()
		return nil, err
	}
	// From here on silence is measured from what was read last.
	moving.timer.Stop()
	s := &ChatStream{live: l, ctx: ctx, body: resp.Body, secrets: secrets, stop: stop}
	s.watch = &watch{timer: moving.timer, after: l.cfg.Idle}
	s.watch.moved()
	s.decoder = newPageDecoder(watchedReader{resp.Body, s.watch}, l.cfg.PageBytes)
	return s, nil
}

// ErrStreamEnd says that the platform has closed a stream between two pages, as it
// does from time to time.
var ErrStreamEnd = errors.New("the stream was closed")

// Next returns the next page. After any error, of which ErrStreamEnd is the ordinary
// one, the stream is over.
func (s *ChatStream) Next() (ChatPage, error) {
	page, err := s.decoder.next()
	if err == nil {
		return page, nil
	}
	if errors.Is(err, io.EOF) && context.Cause(s.ctx) == nil {
		return ChatPage{}, ErrStreamEnd
	}
	var failure *pushedError
	if errors.As(err, &failure) {
		return ChatPage{}, s.live.pushed(failure, s.secrets)
	}
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	if context.Cause(s.ctx) == nil && (errors.As(err, &syntax) || errors.As(err, &mismatch) || errors.Is(err, errNoArray)) {
		err = fmt.Errorf("%w: not a stream of pages", ErrBroken)
	}
	return ChatPage{}, s.live.lost(s.ctx, MethodStream, http.StatusOK, err, s.secrets)
}

// pushed is a failure that came as a page of a stream.
func (l *Live) pushed(failure *pushedError, secrets []string) *Error {
	var answer struct {
		Error struct {
			Code int `json:"code"`
		} `json:"error"`
	}
	if json.Unmarshal(failure.body, &answer) != nil || answer.Error.Code < 400 || answer.Error.Code > 599 {
		answer.Error.Code = http.StatusOK
	}
	return l.refused(MethodStream, &http.Response{StatusCode: answer.Error.Code, Header: http.Header{}}, failure.body, secrets)
}

// Close ends the stream. It may be called again.
func (s *ChatStream) Close() {
	s.stop()
	s.body.Close()
}

var errNoArray = errors.New("neither an array nor an object")

// pageDecoder reads pages out of one JSON array that arrives in pieces and need
// not be closed, or out of objects that follow each other.
type pageDecoder struct {
	input   *pieces
	peek    *bufio.Reader
	decoder *json.Decoder // nil before the first byte
	array   bool
}

func newPageDecoder(r io.Reader, pageBytes int64) *pageDecoder {
	input := &pieces{r: r, left: pageBytes, limit: pageBytes}
	return &pageDecoder{input: input, peek: bufio.NewReaderSize(input, 4<<10)}
}

// next returns the next page as soon as its last byte is there. io.EOF says that
// the input ended between two pages, io.ErrUnexpectedEOF that it did within one.
func (d *pageDecoder) next() (ChatPage, error) {
	if d.decoder == nil {
		if err := d.begin(); err != nil {
			return ChatPage{}, err
		}
	}
	if d.array && !d.decoder.More() {
		return ChatPage{}, d.end()
	}
	var page ChatPage
	if err := d.decoder.Decode(&page); err != nil {
		return ChatPage{}, d.cut(err)
	}
	d.input.left = d.input.limit
	return page, nil
}

// cut tells apart an end within a page and one behind the comma after a page.
func (d *pageDecoder) cut(err error) error {
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	rest, _ := io.ReadAll(d.decoder.Buffered()) // of memory
	if len(bytes.TrimSpace(rest)) == 0 {
		return io.EOF
	}
	return err
}

// begin looks at the first byte that is no space.
func (d *pageDecoder) begin() error {
	for {
		b, err := d.peek.ReadByte()
		if err != nil {
			return err
		}
		switch b {
		case ' ', '\t', '\r', '\n':
			continue
		case '[', '{':
		default:
			return errNoArray
		}
		if err := d.peek.UnreadByte(); err != nil {
			return err
		}
		d.decoder = json.NewDecoder(d.peek)
		if d.array = b == '['; d.array {
			_, err = d.decoder.Token()
		}
		return err
	}
}

// end tells why there are no more pages in the array.
func (d *pageDecoder) end() error {
	if _, err := d.decoder.Token(); err != nil {
		return err // io.EOF where the bracket is missing
	}
	return io.EOF
}

// pieces bounds how much is read between two pages.
type pieces struct {
	r           io.Reader
	left, limit int64
}

// Read implements io.Reader.
func (p *pieces) Read(buf []byte) (int, error) {
	if p.left <= 0 {
		return 0, errTooLarge
	}
	n, err := p.r.Read(buf[:min(int64(len(buf)), p.left)])
	p.left -= int64(n)
	return n, err
}
