package metrics

import "github.com/prometheus/client_golang/prometheus"

// ObserveWebhooks makes m ask what became of the webhooks that a platform called, by
// outcome, and how many events they told of late, whenever figures are read.
func (m *Metrics) ObserveWebhooks(platform string, count func() (calls map[string]int64, late int64)) error {
	name := func(what string) string { return prometheus.BuildFQName(namespace, "webhooks", what) }
	labels := prometheus.Labels{"platform": platform}
	return m.Register(webhookCollector{
		count: count,
		calls: prometheus.NewDesc(name("calls_total"), "Calls of webhooks by what became of them.", []string{"outcome"}, labels),
		late:  prometheus.NewDesc(name("late_total"), "Events that webhooks told of more than a minute late.", nil, labels),
	})
}

type webhookCollector struct {
	count       func() (map[string]int64, int64)
	calls, late *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c webhookCollector) Describe(ch chan<- *prometheus.Desc) { ch <- c.calls; ch <- c.late }

// Collect implements prometheus.Collector.
func (c webhookCollector) Collect(ch chan<- prometheus.Metric) {
	calls, late := c.count()
	for outcome, n := range calls {
		ch <- prometheus.MustNewConstMetric(c.calls, prometheus.CounterValue, float64(n), outcome)
	}
	ch <- prometheus.MustNewConstMetric(c.late, prometheus.CounterValue, float64(late))
}
