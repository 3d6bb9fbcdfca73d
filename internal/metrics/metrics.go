package metrics

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"
)

// namespace begins the name of every figure of our own.
const namespace = "streamsuites"

// Build names the running program.
type Build struct{ Version, Build, Commit string }

// Metrics is a registry with the figures of one process.
type Metrics struct {
	registry *prometheus.Registry
	provider *sdkmetric.MeterProvider
	temporal opentelemetry.MetricsHandler

	ingest  ingestFigures
	clips   clipFigures
	export  exportFigures
	refused *prometheus.CounterVec // calls, by the limit that was reached
}

// New returns a registry with all figures at zero.
func New(build Build) (*Metrics, error) {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		buildInfo(build),
	)
	m.ingest = newIngestFigures(m.registry)
	m.clips = newClipFigures(m.registry)
	m.export = newExportFigures(m.registry)
	m.refused = maker{m.registry, "limits"}.counters("refused_total", "Calls that a rate limit refused, by the limit.", "limit")

	// Its own wrapped registerer, so that no name of the SDK can collide.
	exporter, err := otelprometheus.New(
		otelprometheus.WithRegisterer(m.registry),
		otelprometheus.WithoutScopeInfo(),
		otelprometheus.WithoutTargetInfo(),
	)
	if err != nil {
		return nil, fmt.Errorf("set up the Temporal SDK's metrics: %w", err)
	}
	m.provider = sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter), sdkmetric.WithView(durations))
	m.temporal = opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{
		Meter:   m.provider.Meter("temporal-sdk-go"),
		OnError: func(error) {}, // a figure that cannot be made must not end a worker
	})
	return m, nil
}

// Temporal returns the handler for the options of Temporal clients. The SDK's
// names begin with "temporal_".
func (m *Metrics) Temporal() client.MetricsHandler { return m.temporal }

// Refused counts a call that a rate limit refused.
func (m *Metrics) Refused(limit string) { m.refused.WithLabelValues(limit).Inc() }

// Register adds a collector of somebody else, such as a connection pool's.
func (m *Metrics) Register(c prometheus.Collector) error {
	if err := m.registry.Register(c); err != nil {
		return fmt.Errorf("register a metric: %w", err)
	}
	return nil
}

// Handler serves the figures in Prometheus' text format. A figure that cannot be
// read is left out.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: 4,
	})
}

// Close ends the Temporal SDK's metrics.
func (m *Metrics) Close(ctx context.Context) error {
	if err := m.provider.Shutdown(ctx); err != nil && !errors.Is(err, sdkmetric.ErrReaderShutdown) {
		return fmt.Errorf("end the Temporal SDK's metrics: %w", err)
	}
	return nil
}

func buildInfo(b Build) prometheus.Collector {
	g := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "1, labelled with the version, build and commit of the program.",
		ConstLabels: prometheus.Labels{"version": b.Version, "build": b.Build, "commit": b.Commit},
	})
	g.Set(1)
	return g
}

// durations gives the SDK's histograms, which are in seconds, buckets that fit:
// the defaults are made for milliseconds.
func durations(i sdkmetric.Instrument) (sdkmetric.Stream, bool) {
	if i.Kind != sdkmetric.InstrumentKindHistogram {
		return sdkmetric.Stream{}, false
	}
	return sdkmetric.Stream{
		Name: i.Name, Description: i.Description, Unit: i.Unit,
		Aggregation: sdkmetric.AggregationExplicitBucketHistogram{Boundaries: latencyBuckets},
	}, true
}

// latencyBuckets are bounds of durations in seconds, from a fast commit to a long
// upload.
var latencyBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 900}
