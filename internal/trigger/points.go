package trigger

import "math"

// balance is what an author can spend.
func (s *State) balance(user string, r *Rules) int64 {
	if points, ok := s.Points[user]; ok {
		return points
	}
	return r.settings.StartPoints
}

// addPoints adds without overflowing.
func addPoints(a, b int64) int64 {
	switch sum := a + b; {
	case b > 0 && sum < a:
		return math.MaxInt64
	case b < 0 && sum > a:
		return math.MinInt64
	default:
		return sum
	}
}
