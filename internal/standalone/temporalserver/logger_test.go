package temporalserver

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
	"gopkg.in/yaml.v3"
)

func newLogger(level zerolog.Level) (logger, *bytes.Buffer) {
	var out bytes.Buffer
	return logger{out: zerolog.New(&out).Level(level), fate: newFate()}, &out
}

func TestTagsBecomeFieldsAndErrorsStayReadable(t *testing.T) {
	t.Parallel()
	l, out := newLogger(zerolog.InfoLevel)
	log.With(l, tag.ShardID(3)).
		Warn("slow", tag.WorkflowID("clip:abc123"), tag.Error(errors.New("inner")), tag.Duration("took", time.Second))
	require.JSONEq(t, `{"level":"warn","shard-id":3,"error":"inner","wf-id":"clip:abc123","took":"1s","message":"slow"}`, out.String())
}

func TestOnlyTheLoggersLevelAndAboveIsLogged(t *testing.T) {
	t.Parallel()
	l, out := newLogger(zerolog.WarnLevel)
	l.Debug("no")
	l.Info("no")
	l.Warn("HTTP API port has not been set. Nexus HTTP endpoints will not be available.")
	require.Empty(t, out.String())
	l.Error("yes")
	require.Contains(t, out.String(), "yes")
}

func TestComplaintsDuringAStopAreNoNews(t *testing.T) {
	t.Parallel()
	l, out := newLogger(zerolog.InfoLevel)
	l.fate.stopping.Store(true)
	l.Warn("no")
	l.Error("no")
	require.ErrorIs(t, guard(func() error { l.Fatal("no"); return nil }), errFatal)
	require.Empty(t, out.String())
	select {
	case <-l.fate.ended:
		t.Fatal("a stop in order is no fatal condition")
	default:
	}
}

func TestAFatalMessageEndsTheServerAndNotTheProcess(t *testing.T) {
	t.Parallel()
	l, out := newLogger(zerolog.InfoLevel)
	reached := false
	err := guard(func() error {
		l.Fatal("listen failed", tag.Error(errors.New("address in use")))
		reached = true
		return nil
	})
	require.ErrorIs(t, err, errFatal)
	require.False(t, reached, "the caller does not go on")
	<-l.fate.ended
	require.ErrorContains(t, l.fate.err, "listen failed: address in use")
	require.Contains(t, out.String(), "listen failed")
}

func TestAPanicBecomesAnError(t *testing.T) {
	t.Parallel()
	l, _ := newLogger(zerolog.Disabled)
	require.ErrorContains(t, guard(func() error { l.Panic("no shards"); return nil }), "no shards")
	require.ErrorIs(t, guard(func() error { return errFatal }), errFatal)
	require.NoError(t, guard(func() error { return nil }))
}

func TestEveryTuningIsKnownToTheServerAndOfItsType(t *testing.T) {
	t.Parallel()
	all := map[string]any{}
	s := newSettings(time.Now)
	for _, some := range []dynamicconfig.StaticClient{s.begin, s.later} {
		for key := range some {
			values := some.GetValue(key)
			require.Len(t, values, 1)
			all[key.String()] = []map[string]any{{"value": values[0].Value}}
		}
	}
	require.Greater(t, len(all), 15)
	text, err := yaml.Marshal(all)
	require.NoError(t, err)
	result := dynamicconfig.LoadYamlFile(text)
	require.Empty(t, result.Errors)
	require.Empty(t, result.Warnings)
}

func TestNamespacesAreLookedForRarelyOnceTheServerHasSettled(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	s := newSettings(func() time.Time { return now })
	every := dynamicconfig.NamespaceCacheRefreshInterval.Get(dynamicconfig.NewCollection(s, log.NewNoopLogger()))
	now = now.Add(time.Hour)
	require.Equal(t, 2*time.Second, every(), "it has not started")
	s.started()
	now = now.Add(9 * time.Second)
	require.Equal(t, 2*time.Second, every())
	now = now.Add(time.Second)
	require.Equal(t, 30*time.Second, every())
	partitions := dynamicconfig.MatchingNumTaskqueueReadPartitions.Get(dynamicconfig.NewCollection(s, log.NewNoopLogger()))
	require.Equal(t, 1, partitions("default", "q", 1), "the others stay")
}

func TestTheServerGivesUpTheStateOfWorkflowsThatRest(t *testing.T) {
	t.Parallel()
	all := dynamicconfig.NewCollection(newSettings(time.Now), log.NewNoopLogger())
	require.Equal(t, 5*time.Minute, dynamicconfig.HistoryCacheTTL.Get(all)())
	require.Equal(t, dynamicconfig.CacheBackgroundEvictSettings{Enabled: true, LoopInterval: time.Minute, MaxEntryPerCall: 100},
		dynamicconfig.HistoryCacheBackgroundEvict.Get(all)())
}
