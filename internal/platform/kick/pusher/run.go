package pusher

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Run reads until the connection is over and returns why: a *CloseError when the
// service said so. It answers pings and sends them, tells the handler what comes,
// and closes the connection at its end.
//
// Only waiting for the network counts as silence: a slow handler cannot make a
// healthy connection look dead.
func (c *Conn) Run(ctx context.Context, h Handler) error {
	reading, stop := context.WithCancel(ctx)
	c.frames = make(chan frameRead)
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.read(reading)
	}()
	defer func() {
		stop()
		c.Close()
		<-done
	}()
	silence := time.NewTimer(c.activity)
	defer silence.Stop()
	pinged := false
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case f := <-c.frames:
			if f.err != nil {
				return f.err
			}
			if err := c.take(f, h); err != nil {
				return err
			}
			pinged = false
			silence.Reset(c.activity)
		case <-silence.C:
			if pinged {
				return ErrSilent
			}
			if err := c.write(eventPing, struct{}{}); err != nil {
				return err
			}
			pinged = true
			silence.Reset(c.cfg.Pong)
		}
	}
}

// read hands on what comes off the wire.
func (c *Conn) read(ctx context.Context) {
	for {
		_, text, err := c.ws.Read(ctx)
		f := frameRead{text: text, at: c.cfg.Clock()}
		if err != nil {
			if f.err = closed(err); f.err == nil {
				f.err = fmt.Errorf("read from the message service: %w", bare(err))
			}
		} else {
			c.heard.Store(f.at.UnixNano())
		}
		select {
		case c.frames <- f:
		case <-ctx.Done():
			return
		}
		if f.err != nil {
			return
		}
	}
}

// take acts on one frame. An error ends the connection.
func (c *Conn) take(f frameRead, h Handler) error {
	m, err := Decode(f.text)
	if err != nil {
		h.OnBroken(err)
		return nil
	}
	switch m.Event {
	case eventPing:
		return c.write(eventPong, struct{}{})
	case eventPong, eventEstablished:
	case eventError:
		if err := refusal(m); err != nil {
			return err
		}
		h.OnBroken(fmt.Errorf("the service complains: %.200s", m.Data))
	case eventSubscribed:
		h.OnSubscribed(m.Channel)
	case eventRefused, eventRefusedNewer:
		h.OnRefused(m.Channel, reasonOf(m.Data))
	default:
		h.OnMessage(m, f.at)
	}
	return nil
}

// reasonOf words why a subscription was refused.
func reasonOf(data json.RawMessage) string {
	var said struct {
		Type   string `json:"type"`
		Error  string `json:"error"`
		Status int    `json:"status"`
	}
	if json.Unmarshal(data, &said) != nil {
		return "refused"
	}
	text := clip(said.Type + " " + said.Error)
	if said.Status != 0 {
		text = fmt.Sprintf("%s (status %d)", text, said.Status)
	}
	if text == "" {
		return "refused"
	}
	return text
}
