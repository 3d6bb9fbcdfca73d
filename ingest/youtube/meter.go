package youtube

import (
	"context"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/quota"
)

// LocalMeter is a Meter of one process.
type LocalMeter struct {
	limit int64
	costs quota.Costs
	clock func() time.Time

	mu     sync.Mutex
	day    string
	used   int64
	marked bool
}

// NewLocalMeter returns a meter that knows only this process.
func NewLocalMeter(limit int64, costs quota.Costs, clock func() time.Time) *LocalMeter {
	return &LocalMeter{limit: limit, costs: costs, clock: clock}
}

// Reserve implements Meter.
func (m *LocalMeter) Reserve(ctx context.Context, method string) (func(context.Context, bool), error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	day := m.today()
	units := m.costs.Of(method, 1)
	if units > 0 && (m.marked || m.used+units > m.limit) {
		return nil, &quota.ExhaustedError{
			Key: quota.Key{Platform: "youtube"}, Units: units, Used: m.used, Max: m.limit, ByPlatform: m.marked, Until: day.Ends,
		}
	}
	m.used += units
	var once sync.Once
	return func(_ context.Context, used bool) {
		once.Do(func() { m.settle(day.Date, units, used) })
	}, nil
}

func (m *LocalMeter) settle(day string, units int64, used bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !used && m.day == day {
		m.used -= units
	}
}

// Left implements Meter.
func (m *LocalMeter) Left(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.today()
	if m.marked {
		return 0, nil
	}
	return max(0, m.limit-m.used), nil
}

// Exhausted implements Meter.
func (m *LocalMeter) Exhausted(context.Context, string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.today()
	m.marked = true
	return nil
}

// today begins a new day when it is time.
func (m *LocalMeter) today() quota.Day {
	day := quota.DayOf("youtube", m.clock())
	if day.Date != m.day {
		m.day, m.used, m.marked = day.Date, 0, false
	}
	return day
}
