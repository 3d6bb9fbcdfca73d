package kick

import "time"

// Limits are what one account may do. The platform publishes none: zero fields
// take figures that a careful client meets, a negative one lifts that limit.
type Limits struct {
	Requests     int           // of the API, a RequestSpan: 300
	RequestSpan  time.Duration // 1 min
	Messages     int           // a MessageSpan: 30
	MessageSpan  time.Duration // 30 s
	Tokens       int           // requests to the token endpoint, a TokenSpan: 60
	TokenSpan    time.Duration // 1 min
	Subscription int           // subscriptions to events of the application: 1000
}

func (l Limits) filled() Limits {
	for value, usual := range map[*int]int{&l.Requests: 300, &l.Messages: 30, &l.Tokens: 60, &l.Subscription: 1000} {
		if *value == 0 {
			*value = usual
		}
	}
	for value, usual := range map[*time.Duration]time.Duration{
		&l.RequestSpan: time.Minute, &l.MessageSpan: 30 * time.Second, &l.TokenSpan: time.Minute,
	} {
		if *value == 0 {
			*value = usual
		}
	}
	return l
}

// Patience is how long the server waits. Zero fields take the usual.
type Patience struct {
	Activity    time.Duration // of a client's silence before it is asked, told to clients in whole seconds: 2 min
	Pong        time.Duration // for an answer to that: 30 s
	Webhook     time.Duration // for an answer to a webhook: 5 s
	Retry       time.Duration // before a webhook's second attempt, ten times that before its third: 10 s
	Unsubscribe time.Duration // of nothing but failures before a subscription ends: 24 h
	Code        time.Duration // for a code of a login to be used: 10 min
}

func (p Patience) filled() Patience {
	for value, usual := range map[*time.Duration]time.Duration{
		&p.Activity: 2 * time.Minute, &p.Pong: 30 * time.Second, &p.Webhook: 5 * time.Second,
		&p.Retry: 10 * time.Second, &p.Unsubscribe: 24 * time.Hour, &p.Code: 10 * time.Minute,
	} {
		if *value == 0 {
			*value = usual
		}
	}
	return p
}
