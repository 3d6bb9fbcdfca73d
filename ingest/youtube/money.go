package youtube

import (
	"math"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// smallest turns millionths of a currency into its smallest unit, to the nearest. Of
// one that nobody knows, whole ones count.
func smallest(micros int64, currency string) int64 {
	if micros <= 0 {
		return 0
	}
	per := int64(math.Pow10(6 - chat.Decimals(currency)))
	whole, rest := micros/per, micros%per
	if rest >= per-rest {
		whole++
	}
	return whole
}

// currencyCode returns a currency's code, or "" for what is none.
func currencyCode(code string) string {
	code = strings.ToUpper(strings.TrimSpace(code))
	if len(code) != 3 {
		return ""
	}
	for _, r := range code {
		if r < 'A' || r > 'Z' {
			return ""
		}
	}
	return code
}
