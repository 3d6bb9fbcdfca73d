package control

import (
	"errors"
	"net/http"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// videos lists the complete videos, oldest first.
func (c *controller) videos(*http.Request) (any, error) { return c.youtube.Videos(), nil }

// uploads lists what is or was uploaded, oldest first, without addresses.
func (c *controller) uploads(*http.Request) (any, error) { return c.youtube.Uploads(), nil }

// quota tells what is used of the day's quota.
func (c *controller) quota(*http.Request) (any, error) { return c.youtube.Quota(), nil }

// setQuota sets what is used of one bucket, all of it with exhausted, or begins
// the day anew.
func (c *controller) setQuota(r *http.Request) (any, error) {
	body, err := decode[struct {
		Bucket    string `json:"bucket"`
		Used      *int   `json:"used"`
		Exhausted bool   `json:"exhausted"`
		Reset     bool   `json:"reset"`
	}](r)
	switch {
	case err != nil:
		return nil, err
	case body.Reset:
		err = c.youtube.ResetQuota()
	case body.Exhausted:
		err = c.youtube.ExhaustQuota(body.Bucket)
	case body.Used == nil:
		return nil, badRequest{errors.New("used is missing: allowed are a bucket with used or exhausted, or reset")}
	default:
		err = c.youtube.SetQuota(body.Bucket, *body.Used)
	}
	if err != nil {
		return nil, err
	}
	return c.youtube.Quota(), nil
}

type pace struct {
	BytesPerSecond *int64 `json:"bytes_per_second"`
}

// pace tells how fast an upload can be.
func (c *controller) pace(*http.Request) (any, error) {
	rate := c.youtube.Settings().BytesPerSecond
	return pace{&rate}, nil
}

// setPace slows uploads down, those under way as well; 0 lets them go.
func (c *controller) setPace(r *http.Request) (any, error) {
	body, err := decode[pace](r)
	if err != nil {
		return nil, err
	}
	if body.BytesPerSecond == nil {
		return nil, badRequest{errors.New("bytes_per_second is missing: allowed are 0 for no limit and more")}
	}
	_, err = c.youtube.Set(func(s *youtube.Settings) { s.BytesPerSecond = *body.BytesPerSecond })
	return body, err
}

// maxSeconds of processing and of lag: a day.
const maxSeconds = 24 * 60 * 60

// setProcessing turns how long a video is processed and how late listings learn
// of it; fields that are not given stay.
func (c *controller) setProcessing(r *http.Request) (any, error) {
	body, err := decode[struct {
		Seconds        *float64 `json:"seconds"`
		ListingSeconds *float64 `json:"listing_seconds"`
	}](r)
	if err != nil {
		return nil, err
	}
	for _, seconds := range []*float64{body.Seconds, body.ListingSeconds} {
		if seconds != nil && (*seconds < 0 || *seconds > maxSeconds) {
			return nil, badRequest{errors.New("seconds and listing_seconds: allowed are 0 to 86400")}
		}
	}
	now, err := c.youtube.Set(func(s *youtube.Settings) {
		givenSeconds(&s.Processing, body.Seconds)
		givenSeconds(&s.ListingLag, body.ListingSeconds)
	})
	return map[string]float64{"seconds": now.Processing.Seconds(), "listing_seconds": now.ListingLag.Seconds()}, err
}

func givenSeconds(field *time.Duration, seconds *float64) {
	if seconds != nil {
		*field = time.Duration(*seconds * float64(time.Second))
	}
}

// expireVideoTokens ends every access token that YouTube has given out.
func (c *controller) expireVideoTokens(*http.Request) (any, error) {
	return done, c.youtube.ExpireTokens()
}
