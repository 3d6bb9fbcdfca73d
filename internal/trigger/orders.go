package trigger

// configEffects puts new settings in force. Those that cannot be used change
// nothing: whoever sent them has checked them before.
func configEffects(in Input) *Effects {
	if _, err := checkSettings(*in.Config); err != nil {
		return nil
	}
	return &Effects{Config: in.Config}
}

// grantEffects gives somebody points or takes them, down to none.
func grantEffects(s *State, in Input, r *Rules) *Effects {
	before := s.balance(in.Grant.UserKey, r)
	after := max(0, addPoints(before, in.Grant.Delta))
	if in.Grant.UserKey == "" || after == before {
		return nil
	}
	return &Effects{Points: []PointChange{{
		UserKey: in.Grant.UserKey, Delta: after - before, Balance: after, Reason: PointsGranted, At: in.At,
	}}}
}
