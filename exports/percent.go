package exports

import (
	"cmp"
	"slices"
)

// percentages are the shares of votes in whole percent. What rounding down leaves
// over goes to those who lost most by it, but only as far as equal numbers of votes
// keep equal shares: so the sum is 100, or less where a tie does not divide, and
// never more. Without any vote all shares are 0.
func percentages(votes []int32) []int32 {
	shares := make([]int32, len(votes))
	var total int64
	for _, v := range votes {
		total += int64(v)
	}
	if total == 0 {
		return shares
	}
	left := int32(100)
	order := make([]int, len(votes))
	for i, v := range votes {
		order[i] = i
		shares[i] = int32(int64(v) * 100 / total)
		left -= shares[i]
	}
	lost := func(i int) int64 { return int64(votes[i]) * 100 % total }
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(lost(b), lost(a)), cmp.Compare(votes[b], votes[a]), cmp.Compare(a, b))
	})
	for len(order) > 0 && lost(order[0]) > 0 {
		equal := 1
		for equal < len(order) && votes[order[equal]] == votes[order[0]] {
			equal++
		}
		if int(left) < equal {
			break // nobody after them may overtake them either
		}
		for _, i := range order[:equal] {
			shares[i]++
		}
		left -= int32(equal)
		order = order[equal:]
	}
	return shares
}
