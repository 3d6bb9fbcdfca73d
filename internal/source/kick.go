package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Bounds of an answer of a platform's site.
const (
	maxSiteAnswer = 1 << 20
	siteTimeout   = 15 * time.Second
)

// ErrOffline says that the platform says that nothing is live.
var ErrOffline = errors.New("the platform says that nothing is live")

// NotGivenError says that a platform gives no address to those who are not its
// own player.
type NotGivenError struct{ Platform chat.Platform }

// Error implements error.
func (e *NotGivenError) Error() string { return string(e.Platform) + " gives no address itself" }

// SiteError says that a platform's site refused to answer.
type SiteError struct {
	Platform chat.Platform
	Status   int
}

// Error implements error.
func (e *SiteError) Error() string {
	return fmt.Sprintf("the site of %s answered %d %s", e.Platform, e.Status, http.StatusText(e.Status))
}

// OfPlatform returns the address that the platform itself gives. That is Kick
// alone, by the channel data of its own pages (/api/v2/channels/<slug>), which is
// not a documented interface and refuses many programs. The error is a
// *NotGivenError for other platforms, ErrOffline, a *SiteError, or passes.
func (s Sites) OfPlatform(ctx context.Context, client *http.Client, b Broadcast) (string, error) {
	if b.Platform != chat.Kick {
		return "", &NotGivenError{Platform: b.Platform}
	}
	if _, err := s.Page(b); err != nil {
		return "", err
	}
	return s.kick(ctx, client, strings.ToLower(strings.TrimLeft(b.Channel, "#@")))
}

func (s Sites) kick(ctx context.Context, client *http.Client, slug string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, siteTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Kick+"/api/v2/channels/"+url.PathEscape(slug), nil)
	if err != nil {
		return "", fmt.Errorf("ask the site of kick: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "StreamSuites")
	resp, err := client.Do(req)
	if err != nil {
		var withAddress *url.Error
		if errors.As(err, &withAddress) {
			err = withAddress.Err
		}
		return "", fmt.Errorf("ask the site of kick: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", &SiteError{Platform: chat.Kick, Status: resp.StatusCode}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxSiteAnswer+1))
	if err != nil {
		return "", fmt.Errorf("read what the site of kick answers: %w", err)
	}
	return parseKick(body)
}

// parseKick returns the address in Kick's channel data.
func parseKick(body []byte) (string, error) {
	if len(body) > maxSiteAnswer {
		return "", errors.New("the site of kick answered far too much")
	}
	var channel struct {
		PlaybackURL string          `json:"playback_url"`
		Livestream  json.RawMessage `json:"livestream"`
	}
	if json.Unmarshal(body, &channel) != nil {
		return "", errors.New("the site of kick answered no channel data")
	}
	if len(channel.Livestream) == 0 || string(channel.Livestream) == "null" {
		return "", fmt.Errorf("kick: %w", ErrOffline)
	}
	if !isAddress(channel.PlaybackURL) || !webAddress(channel.PlaybackURL) {
		return "", errors.New("the site of kick gives no address for the broadcast")
	}
	return channel.PlaybackURL, nil
}
