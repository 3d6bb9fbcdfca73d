package youtube

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // the day of the quota is not the machine's

	"github.com/streamsuites/streamsuites/internal/sim/keep"
)

// bucket is one of the allowances that a project has each day.
type bucket string

// The buckets as of June 2026.
const (
	bucketUnits  bucket = "units"         // everything that has no bucket of its own
	bucketSearch bucket = "search"        // calls of search.list
	bucketInsert bucket = "videos.insert" // calls of videos.insert
)

var buckets = []bucket{bucketUnits, bucketSearch, bucketInsert}

// Limits of a project for a day. Zero fields take the platform's own; a
// negative one never ends.
type Limits struct {
	Units  int // 10,000
	Search int // 100 calls
	Insert int // 100 calls
}

func (l Limits) filled() map[bucket]int {
	limits := map[bucket]int{bucketUnits: 10_000, bucketSearch: 100, bucketInsert: 100}
	for name, value := range map[bucket]int{bucketUnits: l.Units, bucketSearch: l.Search, bucketInsert: l.Insert} {
		if value != 0 {
			limits[name] = value
		}
	}
	return limits
}

// method is a method of the API, as the documentation of its costs names it.
type method string

const (
	methodInsert        method = "videos.insert"
	methodVideos        method = "videos.list"
	methodChannels      method = "channels.list"
	methodPlaylistItems method = "playlistItems.list"
	methodSearch        method = "search.list"
	methodBroadcasts    method = "liveBroadcasts.list"
	methodChat          method = "liveChatMessages.list"
	methodStream        method = "liveChatMessages.streamList"
	methodSay           method = "liveChatMessages.insert"
	methodDelete        method = "liveChatMessages.delete"
	methodTransition    method = "liveChatMessages.transition"
	methodBan           method = "liveChatBans.insert"
	methodUnban         method = "liveChatBans.delete"
)

// price is what one call takes, and from which bucket.
type price struct {
	bucket bucket
	units  int
}

// costs is what one call takes, whether it is valid or not; of a stream, one
// connection. Observers tell of 1 instead of 5 to read a chat and of 50 instead of
// 20 to write into it: Options.Costs changes that.
var costs = map[method]price{
	methodInsert:        {bucketInsert, 1},
	methodVideos:        {bucketUnits, 1},
	methodChannels:      {bucketUnits, 1},
	methodPlaylistItems: {bucketUnits, 1},
	methodSearch:        {bucketSearch, 1},
	methodBroadcasts:    {bucketUnits, 1},
	methodChat:          {bucketUnits, 5},
	methodStream:        {bucketUnits, 5},
	methodSay:           {bucketUnits, 20},
	methodDelete:        {bucketUnits, 50},
	methodTransition:    {bucketUnits, 50},
	methodBan:           {bucketUnits, 50},
	methodUnban:         {bucketUnits, 50},
}

// cost is what a call of a method takes in this world.
func (s *Server) cost(m method) price {
	cost := costs[m]
	if units, changed := s.costs[string(m)]; changed {
		cost.units = units
	}
	return cost
}

// meter is what was used of a day's quota.
type meter struct {
	Day  string         `json:"day"` // of the Pacific, 2006-01-02
	Used map[bucket]int `json:"used"`
}

// pacific is where the day of the quota begins.
var pacific = mustLoad("America/Los_Angeles")

func mustLoad(name string) *time.Location {
	location, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // the zones are part of the program
	}
	return location
}

// today is the meter as of now: empty when a new day has begun.
func (m meter) today(now time.Time) meter {
	day := now.In(pacific).Format(time.DateOnly)
	fresh := meter{Day: day, Used: map[bucket]int{}}
	if m.Day == day {
		for name, used := range m.Used {
			fresh.Used[name] = used
		}
	}
	return fresh
}

// resetsAt is when the quota of that moment ends: the next midnight of the
// Pacific.
func resetsAt(now time.Time) time.Time {
	year, month, day := now.In(pacific).Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, pacific)
}

// charge takes the cost of a call, unless the day's quota does not hold it.
func (s *Server) charge(m method) (allowed bool, err error) {
	cost := s.cost(m)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.meter.today(s.now())
	limit := s.limits[cost.bucket]
	if limit >= 0 && now.Used[cost.bucket]+cost.units > limit {
		return false, nil
	}
	now.Used[cost.bucket] += cost.units
	return true, s.keepMeter(now)
}

// keepMeter writes the meter down, in a document of its own: it changes with every
// call. The caller holds the lock.
func (s *Server) keepMeter(m meter) error {
	if err := keep.Save(s.meterPath, &m); err != nil {
		return err
	}
	s.meter = m
	return nil
}

// Allowance is one bucket of a project's quota.
type Allowance struct {
	Bucket string `json:"bucket"`
	Used   int    `json:"used"`
	Limit  int    `json:"limit"` // negative for no end
}

// Quota is how much of the day's quota is used.
type Quota struct {
	Day      string      `json:"day"` // of the Pacific
	ResetsAt time.Time   `json:"resets_at"`
	Buckets  []Allowance `json:"buckets"`
}

// Quota tells how much of the day's quota is used.
func (s *Server) Quota() Quota {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.meter.today(s.now())
	q := Quota{Day: now.Day, ResetsAt: resetsAt(s.now()).UTC()}
	for _, name := range buckets {
		q.Buckets = append(q.Buckets, Allowance{Bucket: string(name), Used: now.Used[name], Limit: s.limits[name]})
	}
	return q
}

// SetQuota sets what is used of a bucket today. An *InvalidError names what is
// allowed.
func (s *Server) SetQuota(name string, used int) error {
	if _, ok := s.limits[bucket(name)]; !ok {
		return &InvalidError{What: "bucket", Found: name, Allowed: bucketNames()}
	}
	if used < 0 {
		return &InvalidError{What: "used", Found: fmt.Sprint(used), Allowed: "0 and more"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.meter.today(s.now())
	now.Used[bucket(name)] = used
	return s.keepMeter(now)
}

// ExhaustQuota leaves nothing of a bucket for today. An *InvalidError names what
// is allowed.
func (s *Server) ExhaustQuota(name string) error {
	return s.SetQuota(name, max(0, s.limits[bucket(name)]))
}

// ResetQuota begins the day's quota anew.
func (s *Server) ResetQuota() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keepMeter(meter{})
}

func bucketNames() string {
	names := make([]string, 0, len(buckets))
	for _, name := range buckets {
		names = append(names, string(name))
	}
	return strings.Join(names, ", ")
}
