package ingest

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/quota"
)

// QuotaStore keeps what was used of daily quotas. *store.Store implements it.
type QuotaStore interface {
	ReserveQuota(ctx context.Context, r quota.Request) (quota.Reservation, error)
	SettleQuota(ctx context.Context, r quota.Reservation, units int64, now time.Time) error
	ExhaustQuota(ctx context.Context, r quota.Request) error
	QuotaUsage(ctx context.Context, at time.Time) ([]quota.Usage, error)
}

// Meter counts the units of one account in the store, where everybody counts them who
// uses the account or another one of its project. Its methods are what youtube.Meter
// asks for.
type Meter struct {
	Store QuotaStore
	// Account says whose quota it is and what holds for it, as it is configured now.
	Account func() (quota.Key, quota.Terms)
	Clock   func() time.Time
	Log     zerolog.Logger
}

// Reserve takes what one call of a method costs. A *quota.ExhaustedError says that
// nothing is left and until when.
func (m *Meter) Reserve(ctx context.Context, method string) (func(ctx context.Context, used bool), error) {
	request := m.request(method)
	granted, err := m.Store.ReserveQuota(ctx, request)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, used bool) {
		units := int64(0)
		if used {
			units = request.Units
		}
		// What is not settled counts as used after a while.
		if err := m.Store.SettleQuota(ctx, granted, units, m.Clock()); err != nil {
			m.Log.Warn().Err(err).Str("method", method).Msg("the end of a call cannot be counted")
		}
	}, nil
}

// Left is how many units today still holds.
func (m *Meter) Left(ctx context.Context) (int64, error) {
	days, err := m.Store.QuotaUsage(ctx, m.Clock())
	if err != nil {
		return 0, err
	}
	request := m.request("")
	left := int64(math.MaxInt64)
	for _, part := range request.Parts() {
		var day quota.Usage // of which nothing is used
		if i := slices.IndexFunc(days, func(u quota.Usage) bool { return u.Key == part.Key }); i >= 0 {
			day = days[i]
		}
		left = min(left, day.Left(part.Limits))
	}
	return left, nil
}

// Exhausted notes that the platform refused a call because its day is used up.
func (m *Meter) Exhausted(ctx context.Context, method string) error {
	return m.Store.ExhaustQuota(ctx, m.request(method))
}

func (m *Meter) request(method string) quota.Request {
	key, terms := m.Account()
	return quota.Request{
		Key: key, Pool: terms.Pool, Method: method, Units: terms.Costs.Of(method, 1), Limits: terms.Limits, WarnAt: terms.WarnAt, Now: m.Clock(),
	}
}
