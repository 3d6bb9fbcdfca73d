package kick

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"

	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
)

// word is a text that some senders give as a number; anything else is empty.
type word string

// UnmarshalJSON implements json.Unmarshaler.
func (w *word) UnmarshalJSON(text []byte) error {
	*w = ""
	if len(text) > 0 && text[0] == '"' {
		var s string
		if err := json.Unmarshal(text, &s); err != nil {
			return err
		}
		*w = word(s)
		return nil
	}
	if len(text) > 0 && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')) {
		*w = word(bytes.TrimSpace(text))
	}
	return nil
}

// count is a number that some senders give as a text; anything else is zero, and
// so is what is below.
type count int64

// UnmarshalJSON implements json.Unmarshaler.
func (c *count) UnmarshalJSON(text []byte) error {
	var w word
	if err := w.UnmarshalJSON(text); err != nil {
		return err
	}
	*c = 0
	if n, err := strconv.ParseFloat(string(w), 64); err == nil && n > 0 && n < math.MaxInt32 {
		*c = count(n)
	}
	return nil
}

// moment is a time as text or in Unix seconds; zero when it is neither.
type moment struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (m *moment) UnmarshalJSON(text []byte) error {
	var w word
	if err := w.UnmarshalJSON(text); err != nil {
		return err
	}
	m.Time = platform.ParseTime(string(w))
	if unix, err := strconv.ParseInt(string(w), 10, 64); err == nil && unix > 900_000_000 && unix < 4_000_000_000 {
		m.Time = time.Unix(unix, 0).UTC()
	}
	return nil
}

// badge is what is shown beside a name.
type badge struct {
	Type  string `json:"type"`
	Count count  `json:"count"`
}

// person is a user as either source gives it.
type person struct {
	Anonymous bool   `json:"is_anonymous"`
	ID        word   `json:"id"`      // of the message service
	UserID    word   `json:"user_id"` // of webhooks
	Username  string `json:"username"`
	Slug      string `json:"slug"`
	ChanSlug  string `json:"channel_slug"`
	Identity  *struct {
		Badges []badge `json:"badges"`
	} `json:"identity"`
}
