package youtube

import (
	"bytes"
	"math"
	"strconv"
	"time"
)

// number is a whole number that the platform writes as a number or in quotes. What
// is neither reads as 0: one odd field must not cost a page of chat.
type number int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(data []byte) error {
	text := string(bytes.Trim(data, `"`))
	if value, err := strconv.ParseInt(text, 10, 64); err == nil {
		*n = number(value)
		return nil
	}
	if value, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(value) < 1<<62 {
		*n = number(value)
	}
	return nil
}

// Years outside of these are not believed.
var (
	earliest = time.Date(2005, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// instant is a time that reads as zero when it is missing or cannot be believed.
type instant struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (i *instant) UnmarshalJSON(data []byte) error {
	at, err := time.Parse(time.RFC3339, string(bytes.Trim(data, `"`)))
	if err == nil && at.After(earliest) && at.Before(latest) {
		i.Time = at.UTC()
	}
	return nil
}
