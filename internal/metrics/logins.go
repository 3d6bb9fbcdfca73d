package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Login is an account's login, without any secret.
type Login struct {
	Platform string
	Account  string // label; empty for the account without one
	State    string
	Expires  time.Time // of the access token; zero when unknown
	Ends     time.Time // when only a login helps; zero when unknown or never
}

// ObserveLogins makes m ask for the accounts' logins whenever figures are read.
func (m *Metrics) ObserveLogins(logins func() []Login) error {
	name := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(namespace, "login", name), help, append([]string{"platform", "account"}, labels...), nil)
	}
	return m.Register(loginCollector{
		logins:  logins,
		state:   name("state", "1 for the state of an account's login.", "state"),
		expires: name("token_expires_timestamp_seconds", "When an account's access token expires; it is refreshed before, where that is possible."),
		ends:    name("ends_timestamp_seconds", "When an account's access ends unless somebody logs in; absent when it does not."),
	})
}

type loginCollector struct {
	logins               func() []Login
	state, expires, ends *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c loginCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.state, c.expires, c.ends} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c loginCollector) Collect(ch chan<- prometheus.Metric) {
	at := func(d *prometheus.Desc, t time.Time, l Login) {
		if !t.IsZero() {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(t.Unix()), l.Platform, l.Account)
		}
	}
	for _, l := range c.logins() {
		ch <- prometheus.MustNewConstMetric(c.state, prometheus.GaugeValue, 1, l.Platform, l.Account, l.State)
		at(c.expires, l.Expires, l)
		at(c.ends, l.Ends, l)
	}
}
