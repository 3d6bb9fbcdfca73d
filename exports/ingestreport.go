package exports

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

const (
	// MaxBroadcasts is how many broadcasts ingest_report.json tells of.
	MaxBroadcasts = 100
	// maxWindows is how many gaps of one broadcast it shows at most, the newest; all
	// of them are counted.
	maxWindows = 20
)

// reportSource is where reports come from.
type reportSource interface {
	StreamReports(ctx context.Context, f store.ReportFilter) ([]store.StreamReport, error)
	FillWindows(ctx context.Context, reports []store.StreamReport, perReport int) error
}

// IngestReportInput is what ingest_report.json is made of.
type IngestReportInput struct {
	Statuses []store.PlatformStatus
	Reports  []store.StreamReport // with their windows, the newest first
	Now      time.Time
	Since    time.Time
}

type ingestReportDocument struct {
	Meta        meta            `json:"meta"`
	Connections []connectionRow `json:"connections"`
	Broadcasts  []broadcastRow  `json:"broadcasts"`
}

type connectionRow struct {
	CreatorID string  `json:"creator_id"`
	Platform  string  `json:"platform"`
	Channel   string  `json:"channel"`
	State     string  `json:"state"`
	Status    string  `json:"status"` // the same in the words of the snapshot
	Since     instant `json:"since"`
	Reason    *string `json:"reason"`
	Action    *string `json:"action"`
}

type broadcastRow struct {
	CreatorID  string      `json:"creator_id"`
	Platform   string      `json:"platform"`
	StreamID   string      `json:"stream_id"`
	Channel    string      `json:"channel"`
	Title      string      `json:"title"`
	StartedAt  instant     `json:"started_at"`
	EndedAt    *instant    `json:"ended_at"`
	Until      instant     `json:"until"`
	Messages   int32       `json:"messages"`
	History    int32       `json:"history"`
	Late       int32       `json:"late"`
	Duplicates int32       `json:"duplicates_dropped"`
	Reconnects int32       `json:"reconnects"`
	Lost       int32       `json:"messages_lost"`
	Overflow   int32       `json:"messages_lost_by_overflow"`
	First      *instant    `json:"first_event_at"`
	Last       *instant    `json:"last_event_at"`
	Gaps       int32       `json:"gaps"`
	GapSeconds float64     `json:"gap_seconds"`
	GapShare   float64     `json:"gap_share"`
	Windows    []windowRow `json:"gap_windows"`
	Lag        lagRow      `json:"lag_ms"`
	Sources    []string    `json:"sources"`
	BySource   counts      `json:"source_messages"`
}

// counts are numbers by name.
type counts map[string]int32

type windowRow struct {
	From    instant `json:"from"`
	To      instant `json:"to"`
	Seconds float64 `json:"seconds"`
	Reason  string  `json:"reason"`
	Lost    int32   `json:"messages_lost"`
}

type lagRow struct {
	Messages int32 `json:"messages"` // that were measured
	P50      int32 `json:"p50"`
	P95      int32 `json:"p95"`
	P99      int32 `json:"p99"`
	Max      int32 `json:"max"`
}

// BuildIngestReport builds ingest_report.json: how every connection is, and how
// completely the chat of the newest broadcasts was taken in.
func BuildIngestReport(in IngestReportInput) (Document, error) {
	doc := ingestReportDocument{Connections: []connectionRow{}, Broadcasts: []broadcastRow{}}
	changed := in.Since
	for _, st := range in.Statuses {
		doc.Connections = append(doc.Connections, connectionRowOf(st, in.Now))
		changed = newest(changed, earlier(st.Since, in.Now))
	}
	slices.SortFunc(doc.Connections, func(a, b connectionRow) int {
		return cmp.Or(cmp.Compare(a.CreatorID, b.CreatorID), cmp.Compare(a.Platform, b.Platform))
	})
	for i := range in.Reports[:min(len(in.Reports), MaxBroadcasts)] {
		doc.Broadcasts = append(doc.Broadcasts, broadcastRowOf(&in.Reports[i]))
		changed = newest(changed, earlier(in.Reports[i].Until, in.Now))
	}
	doc.Meta = newMeta(instant(changed), DashboardOnly, "ingest-report")
	data, err := encode(FileIngestReport, doc)
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileIngestReport, Visibility: DashboardOnly, Data: data}, nil
}

func connectionRowOf(st store.PlatformStatus, now time.Time) connectionRow {
	state := st.State
	if silent(st, now) && state != connection.Disabled {
		state = connection.Inactive // whoever wrote the row may have died
	}
	if !state.Known() {
		state = connection.Degraded
	}
	row := connectionRow{
		CreatorID: st.CreatorID, Platform: string(st.Platform), Channel: or(plain(st.Channel, 200), "unknown"),
		State: string(state), Status: connectionStatus(st, now), Since: instant(earlier(st.Since, now)),
	}
	if state == st.State {
		row.Reason, row.Action = textOrNull(plain(st.Error, 300)), textOrNull(state.Advice(st.Platform, st.Error))
	}
	return row
}

func broadcastRowOf(r *store.StreamReport) broadcastRow {
	row := broadcastRow{
		CreatorID: r.CreatorID, Platform: string(r.Platform), StreamID: or(plain(r.StreamID, 200), "unknown"),
		Channel: or(plain(r.Channel, 200), "unknown"), Title: plain(r.Title, 300),
		StartedAt: instant(r.StartedAt), EndedAt: orNull(r.EndedAt), Until: instant(r.Until),
		Messages: count32(r.Messages), History: count32(r.History), Late: count32(r.Late),
		Duplicates: count32(r.Duplicates), Reconnects: count32(r.Reconnects),
		Lost: count32(r.Lost), Overflow: count32(r.Overflow),
		First: orNull(r.FirstEventAt), Last: orNull(r.LastEventAt),
		Gaps: count32(r.Gaps), GapSeconds: seconds(r.GapTime), GapShare: math.Round(r.Share()*1e6) / 1e6,
		Windows: []windowRow{}, Sources: []string{}, BySource: counts{},
	}
	for _, g := range r.Windows {
		row.Windows = append(row.Windows, windowRow{
			instant(g.From), instant(g.To), seconds(g.To.Sub(g.From)), or(plain(g.Reason, 100), "unknown"), count32(g.Lost),
		})
	}
	for _, s := range r.Sources {
		if s = plain(s, 100); s != "" {
			row.Sources = append(row.Sources, s)
			if n := r.SourceMessages[s]; n > 0 {
				row.BySource[s] = count32(n)
			}
		}
	}
	ms := func(d time.Duration) int32 { return count32(d.Milliseconds()) }
	row.Lag = lagRow{count32(r.Lag.Count()), ms(r.Lag.Quantile(0.5)), ms(r.Lag.Quantile(0.95)), ms(r.Lag.Quantile(0.99)), ms(r.Lag.Max)}
	return row
}

// seconds is a duration to the millisecond.
func seconds(d time.Duration) float64 { return math.Round(max(0, d.Seconds())*1e3) / 1e3 }

func buildIngestReport(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	statuses, err := c.statuses(ctx)
	if err != nil {
		return nil, err
	}
	reports, err := c.source.StreamReports(ctx, store.ReportFilter{Limit: MaxBroadcasts})
	if err != nil {
		return nil, err
	}
	if err := c.source.FillWindows(ctx, reports, maxWindows); err != nil {
		return nil, err
	}
	in := IngestReportInput{statuses, reports, c.clock(), s.Since}
	if !c.remade(FileIngestReport, in.mark()) {
		return nil, errAsItWas
	}
	doc, err := BuildIngestReport(in)
	return doc.Data, err
}

// mark changes whenever the document does; it takes a fraction of building thousands
// of rows that hardly ever change.
func (in IngestReportInput) mark() string {
	sum := sha256.New()
	to := bufio.NewWriter(sum) // which takes everything
	for i := range in.Statuses {
		st := &in.Statuses[i]
		for _, word := range []string{st.CreatorID, string(st.Platform), st.Channel, string(st.State), st.Error, strconv.FormatBool(silent(*st, in.Now))} {
			_, _ = to.WriteString(word)
			_ = to.WriteByte(0)
		}
		_, _ = to.Write(strconv.AppendInt(to.AvailableBuffer(), earlier(st.Since, in.Now).UnixNano(), 16))
	}
	for i := range in.Reports {
		_, _ = fmt.Fprintf(to, "\n%+v %s", in.Reports[i], earlier(in.Reports[i].Until, in.Now))
	}
	_, _ = fmt.Fprint(to, "\n", in.Since.UnixNano())
	_ = to.Flush()
	return string(sum.Sum(nil))
}
