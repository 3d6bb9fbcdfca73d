package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// ExportPass is one look at the rows and what it wrote. It has the shape of the
// exporter's own.
type ExportPass struct {
	Snapshot   bool
	Duration   time.Duration
	Written    int
	Generation int64
	Err        error
}

type exportFigures struct {
	pass       *prometheus.HistogramVec
	written    *prometheus.CounterVec
	generation prometheus.Gauge
	last       *prometheus.GaugeVec
}

func newExportFigures(r *prometheus.Registry) exportFigures {
	export := maker{r, "export"}
	last := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Subsystem: "export", Name: "last_success_timestamp_seconds",
		Help: "When a pass succeeded last, by what it writes."}, []string{"what"})
	r.MustRegister(last)
	return exportFigures{
		pass:       export.histograms("pass_seconds", "How long it took to build and write what changed.", latencyBuckets, "what", "outcome"),
		written:    export.counters("documents_written_total", "Documents that changed and were written.", "what"),
		generation: export.gauge("generation", "Generation of the exported documents."),
		last:       last,
	}
}

// Export returns the function for the exporter to call after each pass.
func (m *Metrics) Export() func(ExportPass) {
	f := m.export
	return func(p ExportPass) {
		what := "documents"
		if p.Snapshot {
			what = "snapshot"
		}
		f.pass.WithLabelValues(what, outcome(p.Err)).Observe(p.Duration.Seconds())
		f.written.WithLabelValues(what).Add(float64(p.Written))
		if p.Err == nil {
			f.generation.Set(float64(p.Generation))
			f.last.WithLabelValues(what).SetToCurrentTime()
		}
	}
}
