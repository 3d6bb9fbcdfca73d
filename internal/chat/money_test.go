package chat_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

func TestAnAmountIsWrittenInWholeUnits(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]struct {
		amount int64
		unit   string
	}{
		"5.05":  {505, "USD"},
		"0.99":  {99, "EUR"},
		"500":   {500, "JPY"},
		"5.000": {5000, "KWD"},
		"100":   {100, "bits"},
		"7":     {7, ""},
		"-5":    {-5, "USD"},
	} {
		require.Equal(t, want, chat.Figure(c.amount, c.unit), "%d %s", c.amount, c.unit)
	}
}
