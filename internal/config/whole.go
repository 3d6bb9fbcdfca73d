package config

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// whole is an integer that may be written as 2.0 or 2e1 too, which JSON Schema
// calls integers and encoding/json does not.
type whole int

// UnmarshalJSON implements json.Unmarshaler; null leaves the value as it is.
func (w *whole) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	f, err := strconv.ParseFloat(string(data), 64)
	if err != nil || f != float64(int(f)) {
		return fmt.Errorf("%s is not a whole number", data)
	}
	*w = whole(f)
	return nil
}

// toggle is a switch, written true or {"enabled": true}.
type toggle bool

// UnmarshalJSON implements json.Unmarshaler; null leaves the value as it is.
func (t *toggle) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		var o struct{ Enabled bool }
		if err := json.Unmarshal(data, &o); err != nil {
			return err
		}
		*t = toggle(o.Enabled)
		return nil
	}
	return json.Unmarshal(data, (*bool)(t))
}
