package ingest

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestOnlyAChangedStateIsWrittenAsAWhole(t *testing.T) {
	t.Parallel()
	written := store.PlatformStatus{CreatorID: mira, State: connection.Live, LastHeartbeat: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	for name, c := range map[string]struct {
		written store.PlatformStatus
		change  func(*store.PlatformStatus)
		changed bool
	}{
		"another state":                 {written, func(row *store.PlatformStatus) { row.State = connection.Degraded }, true},
		"another detail":                {written, func(row *store.PlatformStatus) { row.Error = "no answer to ping" }, true},
		"one that was never written":    {store.PlatformStatus{}, func(*store.PlatformStatus) {}, true},
		"one that is read as it was":    {written, func(row *store.PlatformStatus) { row.LastSuccess = row.LastHeartbeat }, false},
		"one that is shown a bit later": {written, func(row *store.PlatformStatus) { row.LastHeartbeat = row.LastHeartbeat.Add(time.Second) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row := written
			c.change(&row)
			states := &statuses{}
			states.add(shown{&presence{written: c.written}, row})
			changed, same := states.changed, states.same
			require.Equal(t, c.changed, len(changed) == 1)
			require.Equal(t, c.changed, len(same) == 0)
		})
	}
}

func TestARowThatIsNotAsItWasWrittenIsWrittenAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira), creator("other1")})
	r.hold()
	live := func() int { return r.count(`select count(*) from platform_status where state = 'live'`) }
	soon(t, "both are shown", func() bool { return live() == 2 })
	for name, damage := range map[string]string{
		"a row that is gone":          `delete from platform_status where creator_id = 'other1'`,
		"one that says something old": `update platform_status set state = 'connecting' where creator_id = 'other1'`,
	} {
		r.query(func(conn *pgx.Conn) error { _, err := conn.Exec(t.Context(), damage); return err })
		r.host.writeStatus(t.Context(), r.host.confirm)
		require.Equal(t, 2, live(), name)
	}
}
