package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Clips is told about the life of clips.
type Clips struct {
	// Changed is called for each change of a clip's state.
	Changed func(state string)
	// Failed is called with the code of each failure.
	Failed func(code string)
	// Encoded is called after each cut: how long it took in all, how long FFmpeg
	// ran, and how long the clip is.
	Encoded func(took, ffmpeg, length time.Duration)
	// Uploaded is called after each upload attempt.
	Uploaded func(destination string, bytes int64, took time.Duration, err error)
	// Published is called with the time from the request to the publication.
	Published func(took time.Duration)
}

type clipFigures struct {
	states    *prometheus.CounterVec
	failures  *prometheus.CounterVec
	encode    prometheus.Histogram
	ffmpeg    prometheus.Histogram
	length    prometheus.Counter
	upload    *prometheus.HistogramVec
	bytes     *prometheus.CounterVec
	published prometheus.Histogram
}

func newClipFigures(r *prometheus.Registry) clipFigures {
	clips := maker{r, "clips"}
	return clipFigures{
		states:    clips.counters("state_changes_total", "Changes of clips' states, by the new one.", "state"),
		failures:  clips.counters("failures_total", "Failed clips, by the kind of failure.", "code"),
		encode:    clips.histogram("encode_seconds", "How long a cut took in all.", latencyBuckets),
		ffmpeg:    clips.histogram("ffmpeg_seconds", "How long FFmpeg ran for a cut.", latencyBuckets),
		length:    clips.counter("encoded_media_seconds_total", "Length of all clips that were cut."),
		upload:    clips.histograms("upload_seconds", "How long an upload attempt took.", latencyBuckets, "destination", "outcome"),
		bytes:     clips.counters("uploaded_bytes_total", "Bytes of successful uploads.", "destination"),
		published: clips.histogram("request_to_published_seconds", "From the request to the publication.", latencyBuckets),
	}
}

// Clips returns the functions for the clips' activities to call.
func (m *Metrics) Clips() Clips {
	f := m.clips
	return Clips{
		Changed: func(state string) { f.states.WithLabelValues(state).Inc() },
		Failed:  func(code string) { f.failures.WithLabelValues(code).Inc() },
		Encoded: func(took, ffmpeg, length time.Duration) {
			f.encode.Observe(took.Seconds())
			f.ffmpeg.Observe(ffmpeg.Seconds())
			f.length.Add(max(0, length.Seconds()))
		},
		Uploaded: func(destination string, bytes int64, took time.Duration, err error) {
			f.upload.WithLabelValues(destination, outcome(err)).Observe(took.Seconds())
			if err == nil {
				f.bytes.WithLabelValues(destination).Add(max(0, float64(bytes)))
			}
		},
		Published: func(took time.Duration) { f.published.Observe(took.Seconds()) },
	}
}

// ClipStates makes m ask how many clips are in each state whenever the figures
// are read. states must answer quickly.
func (m *Metrics) ClipStates(states func() map[string]int) error {
	return m.Register(&stateCollector{states,
		prometheus.NewDesc(prometheus.BuildFQName(namespace, "clips", "by_state"), "Clips in each state.", []string{"state"}, nil)})
}

type stateCollector struct {
	states func() map[string]int
	desc   *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c *stateCollector) Describe(ch chan<- *prometheus.Desc) { ch <- c.desc }

// Collect implements prometheus.Collector.
func (c *stateCollector) Collect(ch chan<- prometheus.Metric) {
	for state, n := range c.states() {
		ch <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(n), state)
	}
}
