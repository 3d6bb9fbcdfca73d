package config

// Retention says for how many days is kept what is not the event log's.
type Retention struct {
	Events int // what happened, in words
	Points int // changes of points; balances stay
	Boards int // polls, tallies and scoreboards after they are over
}

// rawRetention is the section of system.json as it is written.
type rawRetention struct {
	Events whole `json:"events_days"`
	Points whole `json:"points_days"`
	Boards whole `json:"boards_days"`
}

func (r rawRetention) retention() Retention {
	return Retention{int(r.Events), int(r.Points), int(r.Boards)}
}
