package quota

import (
	"fmt"
	"time"
)

// Hold is how long a reservation stays open. One that was not settled by then
// belongs to a process that died or lost the database: its call may have been made,
// so its units count as used.
const Hold = 10 * time.Minute

// Key is whose quota it is.
type Key struct {
	Platform   string // as chat.Platform spells it
	CreatorID  string // "" for an API project, whose Credential is a Pool's name
	Credential string // label of the account that calls, never a secret; "" for the one without a label
}

// Pool is the quota of an API project, out of which everybody takes who calls with a
// credential of that project, whatever each creator is allowed.
type Pool struct {
	Name    string // stands for the project on every host, never a secret; "" for none
	Limits  Limits
	Several bool // several creators use it, so that people are told about it apart
}

// KeyOf is the key under which a project's quota is counted.
func (p Pool) KeyOf(platform string) Key { return Key{Platform: platform, Credential: p.Name} }

// Request asks for units before a call.
type Request struct {
	Key
	Pool   Pool   // of the project; what is counted for the key is counted there, too
	Method string // of the platform, for people
	Units  int64  // the most that the call can take; 0 and less is granted and not counted
	Limits Limits
	WarnAt []float64 // fractions of the maximum
	// Insisted says that a person asked for the call, who may know that the platform
	// takes calls again after it said that the day is used up. Limits hold all the same.
	Insisted bool
	Now      time.Time
}

// Parts are the requests for each quota that a request counts against, in the order
// in which whoever needs several of them has to take them.
func (r Request) Parts() []Request {
	own := r
	own.Pool = Pool{}
	if r.Pool.Name == "" || r.Key == r.Pool.KeyOf(r.Platform) {
		return []Request{own}
	}
	project := own
	project.Key, project.Limits = r.Pool.KeyOf(r.Platform), r.Pool.Limits
	if !r.Pool.Several {
		project.WarnAt = nil
	}
	return []Request{project, own}
}

// Project reports whether it is an API project's quota, and no creator's.
func (k Key) Project() bool { return k.CreatorID == "" }

// Apart reports whether the platform gives a method an allowance of its own, so that
// its end says nothing about other calls
// (developers.google.com/youtube/v3/determine_quota_cost, as of June 2026).
func Apart(method string) bool { return method == "videos.insert" || method == "search.list" }

// Reservation is a grant of units, to be settled after the call.
type Reservation struct {
	ID int64 // 0 when nothing was counted
	// Shared is the part that was taken out of the project's quota; its ID is 0 when
	// there was none.
	Shared struct {
		ID  int64
		Key Key
	}
	Key   Key
	Day   string // YYYY-MM-DD in the platform's zone; the day that pays
	Units int64
}

// State is how a day stands before a request.
type State struct {
	Used     int64 // settled
	Reserved int64 // of calls that have not been settled
	Warned   int64 // the highest threshold that was warned about, in units
	Marked   bool  // the platform said that the day is used up
}

// Decide says whether a request is granted: nil, or why not. warn is the threshold,
// in units, that it is the first to pass, or 0.
func (r Request) Decide(s State) (warn int64, refused *ExhaustedError) {
	used := s.Used + s.Reserved
	marked := s.Marked && !r.Insisted
	if marked || !r.Limits.fits(used, r.Units) {
		return 0, &ExhaustedError{
			Key: r.Key, Units: r.Units, Used: used, Max: r.Limits.Max, ByPlatform: marked, Until: DayOf(r.Platform, r.Now).Ends,
		}
	}
	for _, threshold := range r.Limits.thresholds(r.WarnAt) {
		if used+r.Units >= threshold && threshold > s.Warned {
			warn = threshold
		}
	}
	return warn, nil
}

// ExhaustedError says that a call may not be made today.
type ExhaustedError struct {
	Key        Key
	Units      int64 // asked for
	Used       int64 // of the day, with what is reserved
	Max        int64
	ByPlatform bool      // the platform itself said so
	Until      time.Time // UTC; nothing is granted before
}

// Error implements error.
func (e *ExhaustedError) Error() string {
	why := fmt.Sprintf("%d of %d units are used and %d more are needed", e.Used, e.Max, e.Units)
	if e.ByPlatform {
		why = "the platform says so"
	}
	whose := e.Key.CreatorID
	if e.Key.Project() {
		whose = "the API project"
	}
	return fmt.Sprintf("%s: the day's quota of %s is used up until %s: %s", e.Key.Platform, whose, e.Until.Format(time.RFC3339), why)
}

// Usage is how a day of a creator or of a project stands.
type Usage struct {
	Key
	Day         Day
	Used        int64 // with what is reserved
	Reserved    int64
	Limits      Limits    // of the last request
	ExhaustedAt time.Time // when the platform said that the day is used up; zero when it did not
	ExhaustedBy string    // the method that it refused
	UpdatedAt   time.Time
}

// Left is how many units a day still holds for methods without an allowance of their
// own, by limits that may have changed.
func (u Usage) Left(limits Limits) int64 {
	if !u.ExhaustedAt.IsZero() && !Apart(u.ExhaustedBy) {
		return 0
	}
	return limits.Remaining(u.Used)
}
