package hls

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/grafov/m3u8"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

func TestFaultsOfTheTimeline(t *testing.T) {
	t.Parallel()
	t.Run("a discontinuity loses no frame", func(t *testing.T) {
		t.Parallel()
		r := start(t, t.TempDir(), fastClock{time.Now(), 4})
		r.playlistOnce(t, full)
		require.NoError(t, r.options.Faults.Set(TargetSegment, kindDiscontinuity, 1))
		list, _ := r.playlistOnce(t, func(list *m3u8.MediaPlaylist, text string) bool {
			return strings.Contains(text, "#EXT-X-DISCONTINUITY\n")
		})
		entries := list.GetAllSegments()
		require.Equal(t, SegmentDuration*(windowSegments-1), entries[windowSegments-1].ProgramDateTime.Sub(entries[0].ProgramDateTime))
		require.Empty(t, r.options.Faults.Active())
	})
	t.Run("a gap is a jump of time with a discontinuity", func(t *testing.T) {
		t.Parallel()
		r := start(t, t.TempDir(), fastClock{time.Now(), 4})
		r.playlistOnce(t, full)
		require.NoError(t, r.options.Faults.Set(TargetPlaylist, kindGap, 2))
		list, _ := r.playlistOnce(t, func(list *m3u8.MediaPlaylist, text string) bool {
			return strings.Contains(text, "#EXT-X-DISCONTINUITY\n")
		})
		for i, entry := range list.GetAllSegments() {
			if entry.Discontinuity {
				require.Equal(t, 3*SegmentDuration, entry.ProgramDateTime.Sub(list.GetAllSegments()[i-1].ProgramDateTime))
			}
		}
	})
}

func TestFaultsOfRequests(t *testing.T) {
	t.Parallel()
	r := start(t, t.TempDir(), WallClock{})
	list, _ := r.playlistOnce(t, full)
	segment := "/live/" + list.GetAllSegments()[8].URI
	_, good, err := r.get(t, segment)
	require.NoError(t, err)
	set := func(target, kind string, times int) { require.NoError(t, r.options.Faults.Set(target, kind, times)) }

	for _, status := range []int{401, 403, 404, 429, 500, 503} {
		for target, path := range map[string]string{TargetPlaylist: PlaylistPath, TargetSegment: segment} {
			set(target, fmt.Sprint(status), 1)
			got, _, err := r.get(t, path)
			require.NoError(t, err)
			require.Equal(t, status, got)
			got, _, err = r.get(t, path)
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, got, "the fault is used up")
		}
	}
	for target, path := range map[string]string{TargetPlaylist: PlaylistPath, TargetSegment: segment} {
		set(target, "truncate", 1)
		_, body, err := r.get(t, path)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.NotEmpty(t, body)

		set(target, "hang", 1)
		require.ErrorIs(t, impatient(t, r.url+path), context.DeadlineExceeded)
	}
	set(TargetSegment, kindStall, 1)
	require.ErrorIs(t, impatient(t, r.url+segment), context.DeadlineExceeded)
	set(TargetSegment, kindCorrupt, 1)
	_, bad, err := r.get(t, segment)
	require.NoError(t, err)
	require.Len(t, bad, len(good))
	require.NotEqual(t, good, bad)

	set(TargetPlaylist, kindEnd, 1)
	_, body, err := r.get(t, PlaylistPath)
	require.NoError(t, err)
	require.True(t, parse(t, body).Closed)
	set(TargetPlaylist, kindCorrupt, 1)
	_, body, err = r.get(t, PlaylistPath)
	require.NoError(t, err)
	_, _, err = m3u8.DecodeFrom(strings.NewReader(string(body)), true)
	require.Error(t, err)

	set(TargetPlaylist, kindStall, faults.Forever)
	_, frozen, err := r.get(t, PlaylistPath)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.line.First > int64(parse(t, frozen).SeqNo)
	}, 20*time.Second, 20*time.Millisecond)
	_, again, err := r.get(t, PlaylistPath)
	require.NoError(t, err)
	require.Equal(t, frozen, again)
	set(TargetPlaylist, faults.None, 0)
	_, again, err = r.get(t, PlaylistPath)
	require.NoError(t, err)
	require.NotEqual(t, frozen, again)
}

// impatient reads an address for a moment and returns why it gave up.
func impatient(t *testing.T, url string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return errors.Unwrap(err)
	}
	defer response.Body.Close()
	_, err = io.ReadAll(response.Body)
	return err
}

func TestUnknownPathsAndUnfinishedSegmentsAreNotFound(t *testing.T) {
	t.Parallel()
	r := start(t, t.TempDir(), WallClock{})
	r.playlistOnce(t, full)
	for _, path := range []string{"/", "/live/", "/live/timeline.json", "/live/" + segmentName(999_999), "/live/segment-1.ts"} {
		status, _, err := r.get(t, path)
		require.NoError(t, err)
		require.Equal(t, http.StatusNotFound, status, path)
	}
}

func TestSignedAddressesExpireWithAllThatTheyLeadTo(t *testing.T) {
	t.Parallel()
	r := start(t, t.TempDir(), WallClock{})
	r.playlistOnce(t, full)
	status, body, err := r.get(t, SignPath+"?seconds=3600")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	_, signed, found := strings.Cut(strings.TrimSpace(string(body)), "/live/")
	require.True(t, found)
	read := func(path string) (int, string) {
		t.Helper()
		status, body, err := r.get(t, path)
		require.NoError(t, err)
		return status, string(body)
	}
	status, playlist := read("/live/" + signed)
	require.Equal(t, http.StatusOK, status)
	var segment string
	for line := range strings.Lines(playlist) {
		if !strings.HasPrefix(line, "#") {
			segment = strings.TrimSpace(line)
		}
	}
	require.Contains(t, segment, "sig=")
	status, _ = read("/live/" + segment)
	require.Equal(t, http.StatusOK, status)

	expired := r.Origin.Signed("", PlaylistPath, time.Now().Add(-time.Second))
	for _, path := range []string{
		expired, strings.Replace(expired, PlaylistPath, MasterPath, 1), strings.Replace("/live/"+segment, "sig=", "sig=0", 1),
	} {
		status, _ = read(path)
		require.Equal(t, http.StatusForbidden, status, path)
	}
	for _, seconds := range []string{"", "0", "-1", "x", "100000"} {
		status, _ = read(SignPath + "?seconds=" + seconds)
		require.Equal(t, http.StatusBadRequest, status, seconds)
	}
}
