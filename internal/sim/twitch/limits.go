package twitch

import "time"

// Limits are what the platform allows one account. Zero fields take the
// platform's documented figures; a negative one lifts that limit.
type Limits struct {
	Logins      int           // a LoginSpan
	Joins       int           // channels a JoinSpan
	LoginSpan   time.Duration // 10 s
	JoinSpan    time.Duration // 10 s
	Messages    int           // a MessageSpan, over all channels
	ModMessages int           // where the account moderates
	MessageSpan time.Duration // 30 s
	// Silence is how long an account over its limit is dropped.
	Silence time.Duration
	// Gap is the least time between messages in one channel, Duplicate the time
	// in which a text must not be repeated; neither binds moderators.
	Gap       time.Duration
	Duplicate time.Duration
	Helix     int // points a minute for one client and user
}

func (l Limits) filled() Limits {
	whole := func(value *int, usual int) {
		if *value == 0 {
			*value = usual
		}
	}
	span := func(value *time.Duration, usual time.Duration) {
		if *value == 0 {
			*value = usual
		}
	}
	whole(&l.Logins, 20)
	whole(&l.Joins, 20)
	whole(&l.Messages, 20)
	whole(&l.ModMessages, 100)
	whole(&l.Helix, 800)
	span(&l.LoginSpan, 10*time.Second)
	span(&l.JoinSpan, 10*time.Second)
	span(&l.MessageSpan, 30*time.Second)
	span(&l.Silence, 30*time.Minute)
	span(&l.Gap, time.Second)
	span(&l.Duplicate, 30*time.Second)
	return l
}
