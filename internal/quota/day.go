package quota

import (
	"time"
	_ "time/tzdata" // days follow the platforms' zones, also on machines without time zones
)

// YouTubeZone is where the day of YouTube's quota begins
// (developers.google.com/youtube/v3/determine_quota_cost: midnight Pacific Time).
const YouTubeZone = "America/Los_Angeles"

var pacific = mustLoad(YouTubeZone)

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // the data is part of the program
	}
	return zone
}

// Zone is where a platform's day begins; UTC for platforms that do not say.
func Zone(platform string) *time.Location {
	if platform == "youtube" {
		return pacific
	}
	return time.UTC
}

// Day is one day of a platform. Two days of a year have 23 and 25 hours.
type Day struct {
	Date   string    // YYYY-MM-DD, in the platform's own zone
	Begins time.Time // UTC, belongs to the day
	Ends   time.Time // UTC, belongs to the next day
}

// DayOf is the platform's day that holds an instant.
func DayOf(platform string, at time.Time) Day {
	zone := Zone(platform)
	year, month, day := at.In(zone).Date()
	begins := time.Date(year, month, day, 0, 0, 0, 0, zone)
	return Day{
		Date:   begins.Format(time.DateOnly),
		Begins: begins.UTC(),
		Ends:   time.Date(year, month, day+1, 0, 0, 0, 0, zone).UTC(),
	}
}
