package store

import (
	"time"

	"github.com/jackc/pgx/v5/pgtype/zeronull"
)

// The instants that are stored. Platforms have sent times of year 1 and of the
// far future; both ends are within what Postgres and JSON accept, so a time that
// is not is moved to the nearer end, always in the same way.
var (
	earliest = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC)
)

// storable returns t within the range of stored instants, in UTC and in the
// microseconds that Postgres keeps.
func storable(t time.Time) time.Time {
	t = t.UTC()
	switch {
	case t.Before(earliest):
		return earliest
	case t.After(latest):
		return latest
	}
	return t.Truncate(time.Microsecond)
}

// nullable returns t as a parameter: null for the zero time.
func nullable(t time.Time) zeronull.Timestamptz {
	if t.IsZero() {
		return zeronull.Timestamptz{}
	}
	return zeronull.Timestamptz(storable(t))
}

// orZero returns t as a target for scanning: the zero time for null.
func orZero(t *time.Time) *zeronull.Timestamptz { return (*zeronull.Timestamptz)(t) }
