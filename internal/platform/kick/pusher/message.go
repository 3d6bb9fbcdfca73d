package pusher

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Message is one event of a subscribed channel.
type Message struct {
	Event   string
	Channel string
	// Data is JSON; the string that the service wraps it in is taken off.
	Data json.RawMessage
}

// frame is a message on the wire.
type frame struct {
	Event   string          `json:"event"`
	Channel string          `json:"channel"`
	Data    json.RawMessage `json:"data"`
}

// Decode reads one frame. The data of a message is a JSON text within a JSON
// string; some servers send it unwrapped, which is taken as well. Data that is
// no JSON after all is an error, missing data is null.
func Decode(text []byte) (Message, error) {
	var f frame
	if err := json.Unmarshal(text, &f); err != nil {
		return Message{}, fmt.Errorf("decode a message of the service: %w", err)
	}
	m := Message(f)
	if m.Event == "" {
		return Message{}, fmt.Errorf("decode a message of the service: it names no event")
	}
	if len(f.Data) > 0 && f.Data[0] == '"' {
		var inner string
		if err := json.Unmarshal(f.Data, &inner); err != nil {
			return Message{}, fmt.Errorf("decode the data of %.60q: %w", m.Event, err)
		}
		m.Data = json.RawMessage(inner)
	}
	if len(m.Data) == 0 {
		m.Data = json.RawMessage("null")
	}
	if !json.Valid(m.Data) {
		return Message{}, fmt.Errorf("decode the data of %.60q: not JSON", m.Event)
	}
	return m, nil
}

// The events of the protocol itself.
const (
	eventEstablished  = "pusher:connection_established"
	eventError        = "pusher:error"
	eventPing         = "pusher:ping"
	eventPong         = "pusher:pong"
	eventSubscribe    = "pusher:subscribe"
	eventUnsubscribe  = "pusher:unsubscribe"
	eventSubscribed   = "pusher_internal:subscription_succeeded"
	eventRefused      = "pusher_internal:subscription_error"
	eventRefusedNewer = "pusher:subscription_error"
)

// greeting is the data of the first message.
type greeting struct {
	SocketID        string  `json:"socket_id"`
	ActivityTimeout seconds `json:"activity_timeout"`
}

// complaint is the data of an error. The code may be null, a number or a text.
type complaint struct {
	Code    json.RawMessage `json:"code"`
	Message string          `json:"message"`
}

func (c complaint) code() int {
	text := string(c.Code)
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// seconds reads a number of seconds, whole or not; nonsense is zero.
type seconds time.Duration

// UnmarshalJSON implements json.Unmarshaler.
func (s *seconds) UnmarshalJSON(text []byte) error {
	n, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(n > 0) || n > 24*60*60 {
		*s = 0
		return nil
	}
	*s = seconds(n * float64(time.Second))
	return nil
}
