package youtube

import (
	"time"
	_ "time/tzdata" // quotas end at midnight in Los Angeles, also on machines without time zones
)

var pacific = func() *time.Location {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		panic(err) // the data is part of the program
	}
	return zone
}()

// nextReset is when the quota of the day at now ends: the next midnight in Los
// Angeles.
func nextReset(now time.Time) time.Time {
	local := now.In(pacific)
	return time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, pacific).UTC()
}
