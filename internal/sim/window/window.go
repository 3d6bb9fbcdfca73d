package window

import "time"

// Windows hold when something happened last, by key. They are not safe for
// concurrent use.
type Windows map[string][]time.Time

// Take counts one event of key, unless it would be one more than limit in the last
// span: then it reports how long to wait. A negative limit lifts the limit.
func (w Windows) Take(key string, now time.Time, span time.Duration, limit int) (wait time.Duration, ok bool) {
	recent := w[key]
	for len(recent) > 0 && !recent[0].Add(span).After(now) {
		recent = recent[1:]
	}
	if limit >= 0 && len(recent) >= limit {
		w[key] = recent
		if len(recent) == 0 {
			return span, false
		}
		return recent[0].Add(span).Sub(now), false
	}
	w[key] = append(recent, now)
	return 0, true
}
