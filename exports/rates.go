package exports

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// RatesInput is what telemetry/rates.json is made of.
type RatesInput struct {
	Now       time.Time
	Platforms []string // configured ones; those that the runtime knows are there anyway
	// Minute and FiveMinutes are by how much each platform's counters grew in the
	// last 60 s and in the last 5 min.
	Minute, FiveMinutes map[string]Increase
}

type ratesDocument struct {
	SchemaVersion string        `json:"schema_version"`
	GeneratedAt   instant       `json:"generated_at"`
	Windows       []ratesWindow `json:"windows"`
	Window        string        `json:"window"`
	Metrics       []rateRow     `json:"metrics"`
}

type ratesWindow struct {
	Window  string       `json:"window"`
	Metrics ratesMetrics `json:"metrics"`
}

// ratesMetrics are increases by platform.
type ratesMetrics struct {
	Messages      map[string]int32 `json:"messages"`
	Triggers      map[string]int32 `json:"triggers"`
	Actions       map[string]int32 `json:"actions"`
	ActionsFailed map[string]int32 `json:"actions_failed"`
}

// rateRow is a metric over all platforms, as the dashboard lists it.
type rateRow struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Value int32  `json:"value"`
	Unit  string `json:"unit"`
}

// The windows' names.
const (
	minuteName      = "60s"
	fiveMinutesName = "5m"
)

// BuildRates builds telemetry/rates.json.
func BuildRates(in RatesInput) (Document, error) {
	platforms := ratedPlatforms(in)
	var sum Increase
	for _, name := range platforms {
		sum = sum.plus(in.Minute[name])
	}
	unit := "per " + minuteName
	data, err := encode(FileRates, ratesDocument{
		SchemaVersion: "v1", GeneratedAt: instant(in.Now),
		Windows: []ratesWindow{
			{minuteName, metricsOf(in.Minute, platforms)},
			{fiveMinutesName, metricsOf(in.FiveMinutes, platforms)},
		},
		Window: minuteName,
		Metrics: []rateRow{
			{"messages", "messages", count32(sum.Messages), unit},
			{"triggers", "triggers", count32(sum.Triggers), unit},
			{"actions", "actions", count32(sum.Actions), unit},
			{"actions_failed", "actions failed", count32(sum.ActionsFailed), unit},
		},
	})
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileRates, Visibility: Public, Heartbeat: true, Data: data}, nil
}

// ratedPlatforms are the names of all platforms that have a place in the
// document, each once.
func ratedPlatforms(in RatesInput) []string {
	names := []string{platformDiscord}
	for _, p := range chat.Platforms {
		names = append(names, string(p))
	}
	names = append(names, in.Platforms...)
	for _, window := range []map[string]Increase{in.Minute, in.FiveMinutes} {
		for name := range window {
			names = append(names, name)
		}
	}
	known := map[string]bool{}
	unique := names[:0]
	for _, name := range names {
		if !known[name] && nameForm.MatchString(name) {
			unique = append(unique, name)
		}
		known[name] = true
	}
	return unique
}

func metricsOf(increases map[string]Increase, platforms []string) ratesMetrics {
	m := ratesMetrics{map[string]int32{}, map[string]int32{}, map[string]int32{}, map[string]int32{}}
	for _, name := range platforms {
		grown := increases[name]
		m.Messages[name], m.Triggers[name] = count32(grown.Messages), count32(grown.Triggers)
		m.Actions[name], m.ActionsFailed[name] = count32(grown.Actions), count32(grown.ActionsFailed)
	}
	return m
}
