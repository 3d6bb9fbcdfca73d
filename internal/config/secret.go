package config

import (
	"fmt"
	"io"
)

// redacted stands for a secret wherever one would be shown.
const redacted = "[redacted]"

// Secret is a value that nothing prints: not fmt, not encoding/json, not a
// logger. Reveal is the only way to it.
//
// The value is behind a pointer, so that fmt shows an address at most when it
// reaches a Secret in an unexported field, where it cannot call methods.
type Secret struct{ value *string }

// NewSecret returns a Secret that holds value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{&value}
}

// Reveal returns the value, or "" when there is none. Never log it.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsSet reports whether there is a value.
func (s Secret) IsSet() bool { return s.value != nil }

// String returns a placeholder, or "" when there is no value.
func (s Secret) String() string {
	if s.value == nil {
		return ""
	}
	return redacted
}

// Format implements fmt.Formatter: every verb gives the placeholder.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// GoString implements fmt.GoStringer.
func (s Secret) GoString() string { return s.String() }

// MarshalText implements encoding.TextMarshaler, and with it the way in which
// encoding/json, zerolog and slog write values.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
