package pusher

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// Config is what a connection needs. Zero values mean what the fields' comments
// say.
type Config struct {
	// Address is ws or wss, with the application's key. Parameters of the protocol
	// that it lacks are added.
	Address string
	// HTTPClient makes the handshake; nil means one of our own.
	HTTPClient *http.Client
	// Clock tells when something was heard; nil means time.Now. Waiting uses the
	// runtime's timers.
	Clock func() time.Time
	// Handshake is how long connecting may take until the service has greeted;
	// default 15 s.
	Handshake time.Duration
	// Write is how long one message may take to be written; default 10 s.
	Write time.Duration
	// Activity is the silence after which a ping is sent when the service does not
	// name a shorter one; default 120 s.
	Activity time.Duration
	// Pong is how long the answer to it may take; default 30 s.
	Pong time.Duration
	// MaxMessage bounds one message, in bytes; default 1 MiB.
	MaxMessage int64
}

func (c Config) withDefaults() Config {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	for _, d := range []struct {
		value    *time.Duration
		fallback time.Duration
	}{{&c.Handshake, 15 * time.Second}, {&c.Write, 10 * time.Second}, {&c.Activity, 2 * time.Minute}, {&c.Pong, 30 * time.Second}} {
		if *d.value <= 0 {
			*d.value = d.fallback
		}
	}
	if c.MaxMessage <= 0 {
		c.MaxMessage = 1 << 20
	}
	return c
}

// Handler is told what a connection brings, by the goroutine that runs it.
type Handler interface {
	// OnSubscribed tells that a channel is being read from now on.
	OnSubscribed(channel string)
	// OnRefused tells that a channel cannot be subscribed to.
	OnRefused(channel, reason string)
	// OnMessage tells of one event of a channel.
	OnMessage(m Message, received time.Time)
	// OnBroken tells that something could not be read; the connection goes on.
	OnBroken(err error)
}

// Conn is one connection. Run belongs to one goroutine; Subscribe and
// Unsubscribe may be called from any, but only while Run is running.
type Conn struct {
	cfg      Config
	ws       *websocket.Conn
	activity time.Duration

	frames chan frameRead
	heard  atomic.Int64 // clock's Unix nanoseconds of the last frame
}

type frameRead struct {
	text []byte
	at   time.Time
	err  error
}

// Dial connects and waits for the service's greeting. The address is in no
// error: it holds a key.
func Dial(ctx context.Context, cfg Config) (*Conn, error) {
	cfg = cfg.withDefaults()
	starting, cancel := context.WithTimeout(ctx, cfg.Handshake)
	defer cancel()
	ws, answer, err := websocket.Dial(starting, complete(cfg.Address), &websocket.DialOptions{
		HTTPClient: cfg.HTTPClient, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		if answer != nil {
			return nil, fmt.Errorf("connect to the message service: status %d", answer.StatusCode)
		}
		return nil, fmt.Errorf("connect to the message service: %w", bare(err))
	}
	ws.SetReadLimit(cfg.MaxMessage)
	c := &Conn{cfg: cfg, ws: ws}
	if err := c.greeted(starting); err != nil {
		_ = ws.CloseNow() // the error says more than a failed goodbye
		return nil, err
	}
	return c, nil
}

// complete adds what the protocol wants to know of a client.
func complete(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address // dialling says what is wrong
	}
	query := u.Query()
	for _, p := range [...][2]string{{"protocol", "7"}, {"client", "streamsuites"}, {"version", "1.0"}, {"flash", "false"}} {
		if !query.Has(p[0]) {
			query.Set(p[0], p[1])
		}
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// greeted waits for the first message.
func (c *Conn) greeted(ctx context.Context) error {
	for {
		_, text, err := c.ws.Read(ctx)
		if err != nil {
			if ended := closed(err); ended != nil {
				return ended
			}
			return fmt.Errorf("%w: %w", ErrGreeting, bare(err))
		}
		m, err := Decode(text)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrGreeting, err)
		}
		switch m.Event {
		case eventError:
			if err := refusal(m); err != nil {
				return err
			}
		case eventEstablished:
			var g greeting
			if err := json.Unmarshal(m.Data, &g); err != nil {
				return fmt.Errorf("%w: its data cannot be read", ErrGreeting)
			}
			c.heard.Store(c.cfg.Clock().UnixNano())
			c.activity = c.cfg.Activity
			if named := time.Duration(g.ActivityTimeout); named > 0 {
				c.activity = min(c.activity, named)
			}
			return nil
		}
	}
}

// LastHeard is when anything came off the connection last.
func (c *Conn) LastHeard() time.Time { return time.Unix(0, c.heard.Load()).UTC() }

// Activity is the silence after which the connection is probed.
func (c *Conn) Activity() time.Duration { return c.activity }

// Subscribe asks for the events of a public channel.
func (c *Conn) Subscribe(channel string) error {
	return c.write(eventSubscribe, struct {
		Auth    string `json:"auth"`
		Channel string `json:"channel"`
	}{"", channel})
}

// Unsubscribe ends a subscription.
func (c *Conn) Unsubscribe(channel string) error {
	return c.write(eventUnsubscribe, struct {
		Channel string `json:"channel"`
	}{channel})
}

func (c *Conn) write(event string, data any) error {
	text, err := json.Marshal(struct {
		Event string `json:"event"`
		Data  any    `json:"data"`
	}{event, data})
	if err != nil {
		return fmt.Errorf("encode %s: %w", event, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.cfg.Write)
	defer cancel()
	if err := c.ws.Write(ctx, websocket.MessageText, text); err != nil {
		return fmt.Errorf("write %s: %w", event, bare(err))
	}
	return nil
}

// Close ends the connection without a word.
func (c *Conn) Close() { _ = c.ws.CloseNow() }

// closed tells the service's own end of a connection; nil when it is another.
func closed(err error) error {
	var end websocket.CloseError
	if errors.As(err, &end) && end.Code >= 4000 {
		return &CloseError{Code: int(end.Code), Reason: clip(end.Reason)}
	}
	return nil
}

// refusal tells what an error message ends; nil when the connection goes on.
func refusal(m Message) error {
	var c complaint
	if json.Unmarshal(m.Data, &c) != nil {
		return nil
	}
	if code := c.code(); code >= 4000 && code <= 4299 {
		return &CloseError{Code: code, Reason: clip(c.Message)}
	}
	return nil
}

// clip shortens foreign words.
func clip(words string) string {
	words = strings.Join(strings.Fields(strings.ToValidUTF8(words, "\uFFFD")), " ")
	if runes := []rune(words); len(runes) > 120 {
		return string(runes[:119]) + "…"
	}
	return words
}

// bare words the end of a connection without the address that was called.
func bare(err error) error {
	var end websocket.CloseError
	switch {
	case errors.As(err, &end):
		return fmt.Errorf("server closed the connection (%d)", end.Code)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("server closed the connection")
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		return context.Canceled
	}
	return innermost(err)
}

// innermost drops what the layers above a network error added, which repeats the
// address.
func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
