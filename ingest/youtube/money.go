package youtube

import (
	"math"
	"strings"
)

// digits are the decimals of the currencies that do not have two (ISO 4217).
var digits = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
	"UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"CLF": 4, "UYW": 4,
}

// smallest turns millionths of a currency into its smallest unit, to the nearest.
func smallest(micros int64, currency string) int64 {
	if micros <= 0 {
		return 0
	}
	decimals, odd := digits[currency]
	if !odd {
		decimals = 2
	}
	per := int64(math.Pow10(6 - decimals))
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
