package chat

import (
	"fmt"
	"strings"
)

// oddDecimals are the decimals of the currencies that do not have two (ISO 4217).
var oddDecimals = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
	"UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"CLF": 4, "UYW": 4,
}

// Decimals is how many decimals amounts in a unit have: those of a currency, and
// none where a platform counts its own, such as bits.
func Decimals(unit string) int {
	if decimals, odd := oddDecimals[unit]; odd {
		return decimals
	}
	if len(unit) == 3 && unit == strings.ToUpper(unit) {
		return 2
	}
	return 0
}

// Figure writes an amount in the smallest parts of a unit, as the Amount of paid
// events is, in whole ones: 505 in USD is "5.05", and 100 bits are "100".
func Figure(amount int64, unit string) string {
	decimals := Decimals(unit)
	if decimals == 0 || amount < 0 {
		return fmt.Sprint(amount)
	}
	per := int64(1)
	for range decimals {
		per *= 10
	}
	return fmt.Sprintf("%d.%0*d", amount/per, decimals, amount%per)
}
