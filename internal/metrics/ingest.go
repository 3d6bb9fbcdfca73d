package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Ingest is told what happens in the data plane. It has the shape that the
// ingest asks for.
type Ingest struct {
	Commit    func(messages int, took time.Duration, err error)
	Lag       func(longest time.Duration, messages int)
	Signal    func(decisions int, took time.Duration, err error)
	Requested func(clips int)
	Reply     func(outcome string)
	Poll      func(channels int, took time.Duration, err error)
}

type ingestFigures struct {
	commit  *prometheus.HistogramVec
	batch   prometheus.Histogram
	lag     prometheus.Histogram
	signal  *prometheus.HistogramVec
	replies *prometheus.CounterVec
	poll    *prometheus.HistogramVec
}

func newIngestFigures(r *prometheus.Registry) ingestFigures {
	committer, lane, ingest := maker{r, "committer"}, maker{r, "lane"}, maker{r, "ingest"}
	return ingestFigures{
		commit:  committer.histograms("commit_seconds", "How long a group commit took.", latencyBuckets, "outcome"),
		batch:   committer.histogram("commit_messages", "Chat messages in a group commit.", prometheus.ExponentialBuckets(1, 4, 9)),
		lag:     lane.histogram("lag_seconds", "Longest time of a commit that a message spent between the wire and the database.", latencyBuckets),
		signal:  ingest.histograms("signal_seconds", "How long it took to tell a session about decisions.", latencyBuckets, "outcome"),
		replies: ingest.counters("replies_total", "Replies by what became of them.", "outcome"),
		poll:    ingest.histograms("live_poll_seconds", "How long it took to ask a platform which channels are live.", latencyBuckets, "outcome"),
	}
}

// Ingest returns the functions for the data plane to call.
func (m *Metrics) Ingest() Ingest {
	f := m.ingest
	queued := m.clips.states.WithLabelValues("queued") // lanes write the first state of a clip
	return Ingest{
		Commit: func(messages int, took time.Duration, err error) {
			f.commit.WithLabelValues(outcome(err)).Observe(took.Seconds())
			if err == nil {
				f.batch.Observe(float64(messages))
			}
		},
		Lag: func(longest time.Duration, _ int) { f.lag.Observe(longest.Seconds()) },
		Signal: func(_ int, took time.Duration, err error) {
			f.signal.WithLabelValues(outcome(err)).Observe(took.Seconds())
		},
		Requested: func(n int) { queued.Add(float64(n)) },
		Reply:     func(what string) { f.replies.WithLabelValues(what).Inc() },
		Poll: func(_ int, took time.Duration, err error) {
			f.poll.WithLabelValues(outcome(err)).Observe(took.Seconds())
		},
	}
}

// Stats are the figures of an ingest host: counts since its start, and how it
// stands now. It has the shape of the ingest's own.
type Stats struct {
	Lines, Bytes, Unrouted, Duplicates, Lost, Gaps int64
	Commits, Committed, Conflicts, Rebuilds        int64
	Signals, Replies, RepliesFailed                int64
	Silences                                       int64

	Creators    int
	QueueLines  int
	QueueBytes  int64
	BrokenLanes int

	Uncommitted time.Duration
	LastCommit  time.Time
}

// ObserveHost makes m ask an ingest host for its figures whenever they are read.
// A process has one host.
func (m *Metrics) ObserveHost(stats func() Stats) error { return m.Register(newHostCollector(stats)) }

// ObserveConnections makes m ask how many connections of each platform are in which
// state, by platform and state, whenever figures are read.
func (m *Metrics) ObserveConnections(count func() map[[2]string]int) error {
	return m.Register(connectionCollector{count, prometheus.NewDesc(
		prometheus.BuildFQName(namespace, "ingest", "connections"),
		"Connections to channels by platform and state.", []string{"platform", "state"}, nil,
	)})
}

type connectionCollector struct {
	count func() map[[2]string]int
	desc  *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c connectionCollector) Describe(ch chan<- *prometheus.Desc) { ch <- c.desc }

// Collect implements prometheus.Collector.
func (c connectionCollector) Collect(ch chan<- prometheus.Metric) {
	for of, n := range c.count() {
		ch <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(n), of[0], of[1])
	}
}

// hostFigure is one figure of a host.
type hostFigure struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(Stats) float64
}

// hostCollector reads a host's figures once for all of them.
type hostCollector struct {
	stats   func() Stats
	figures []hostFigure
}

func newHostCollector(stats func() Stats) *hostCollector {
	c := &hostCollector{stats: stats}
	add := func(kind prometheus.ValueType, part, name, help string, read func(Stats) float64) {
		desc := prometheus.NewDesc(prometheus.BuildFQName(namespace, part, name), help, nil, nil)
		c.figures = append(c.figures, hostFigure{desc, kind, read})
	}
	counter, gauge := prometheus.CounterValue, prometheus.GaugeValue
	add(counter, "ingest", "messages_total", "Messages that readers delivered.", func(s Stats) float64 { return float64(s.Lines) })
	add(counter, "ingest", "bytes_total", "Size in memory of the messages that readers delivered.", func(s Stats) float64 { return float64(s.Bytes) })
	add(counter, "ingest", "unrouted_total", "Messages of creators that this host does not hold.", func(s Stats) float64 { return float64(s.Unrouted) })
	add(counter, "ingest", "lost_total", "Messages known to be lost in recorded gaps.", func(s Stats) float64 { return float64(s.Lost) })
	add(counter, "ingest", "gaps_total", "Recorded gaps.", func(s Stats) float64 { return float64(s.Gaps) })
	add(counter, "ingest", "signals_total", "Decisions delivered to sessions.", func(s Stats) float64 { return float64(s.Signals) })
	add(counter, "ingest", "replies_sent_total", "Replies sent.", func(s Stats) float64 { return float64(s.Replies) })
	add(counter, "ingest", "replies_not_sent_total", "Replies that failed, were dropped or have an unknown end.", func(s Stats) float64 { return float64(s.RepliesFailed) })
	add(counter, "ingest", "silences_total", "Times that a live source fell silent.", func(s Stats) float64 { return float64(s.Silences) })
	add(gauge, "ingest", "creators", "Creators that this host holds.", func(s Stats) float64 { return float64(s.Creators) })

	add(counter, "lane", "duplicates_total", "Messages that were seen before.", func(s Stats) float64 { return float64(s.Duplicates) })
	add(counter, "lane", "rebuilds_total", "Lanes started again from their rows.", func(s Stats) float64 { return float64(s.Rebuilds) })
	add(gauge, "lane", "queue_messages", "Messages that wait for their lane.", func(s Stats) float64 { return float64(s.QueueLines) })
	add(gauge, "lane", "broken", "Lanes whose last commit failed.", func(s Stats) float64 { return float64(s.BrokenLanes) })

	add(counter, "committer", "commits_total", "Group commits.", func(s Stats) float64 { return float64(s.Commits) })
	add(counter, "committer", "messages_total", "Messages committed.", func(s Stats) float64 { return float64(s.Committed) })
	add(counter, "committer", "conflicts_total", "Commits that held what was stored already.", func(s Stats) float64 { return float64(s.Conflicts) })
	add(gauge, "committer", "queue_bytes", "Size in memory of the messages that are not committed yet.", func(s Stats) float64 { return float64(s.QueueBytes) })
	add(gauge, "committer", "oldest_uncommitted_seconds", "How long the oldest message that is not committed has been waiting.", func(s Stats) float64 { return s.Uncommitted.Seconds() })
	add(gauge, "committer", "last_commit_timestamp_seconds", "When the last commit ended; 0 before the first.", func(s Stats) float64 {
		if s.LastCommit.IsZero() {
			return 0
		}
		return float64(s.LastCommit.UnixMilli()) / 1e3
	})
	return c
}

// Describe implements prometheus.Collector.
func (c *hostCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, f := range c.figures {
		ch <- f.desc
	}
}

// Collect implements prometheus.Collector.
func (c *hostCollector) Collect(ch chan<- prometheus.Metric) {
	s := c.stats()
	for _, f := range c.figures {
		ch <- prometheus.MustNewConstMetric(f.desc, f.kind, f.read(s))
	}
}
