package hls

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

// Paths below the origin's address.
const (
	MasterPath   = "/live/master.m3u8"
	PlaylistPath = "/live/index.m3u8"
)

// Fault targets, and the kinds that are not plain HTTP.
const (
	TargetPlaylist = "hls.playlist"
	TargetSegment  = "hls.segment"

	kindStall         = "stall"         // the playlist stands still; a segment stops half-way
	kindCorrupt       = "corrupt"       // answered in full, but garbage
	kindEnd           = "end"           // the playlist says that the stream is over
	kindGap           = "gap"           // a segment is lost before it is listed
	kindDiscontinuity = "discontinuity" // the encoder is replaced
)

// What strikes when something is asked for, and what when a segment is made.
var (
	requestKinds  = []string{"401", "403", "404", "429", "500", "503", "hang", "truncate", kindStall, kindCorrupt, kindEnd}
	timelineKinds = []string{kindGap, kindDiscontinuity}
)

// Targets lists what can fail here.
func Targets() []faults.Target {
	return []faults.Target{
		{Name: TargetPlaylist, Kinds: slices.Concat(requestKinds, timelineKinds)},
		{Name: TargetSegment, Kinds: slices.Concat(requestKinds[:len(requestKinds)-1], timelineKinds)},
	}
}

// timelineFault takes a fault that changes the timeline itself.
func (o *Origin) timelineFault() string {
	for _, target := range []string{TargetSegment, TargetPlaylist} {
		if kind, fails := o.options.Faults.Take(target, timelineKinds...); fails {
			return kind
		}
	}
	return ""
}

// requestFault takes a fault that spoils one request.
func (o *Origin) requestFault(target string) string {
	kind, _ := o.options.Faults.Take(target, requestKinds...)
	return kind
}

// Handler serves the playlists and the segments.
func (o *Origin) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+MasterPath, func(w http.ResponseWriter, r *http.Request) {
		o.spoiled(w, r, TargetPlaylist, "", playlistBody(master()))
	})
	mux.HandleFunc("GET "+PlaylistPath, o.servePlaylist)
	mux.HandleFunc("GET "+SignPath, o.serveSigned)
	mux.HandleFunc("GET /live/{segment}", o.serveSegment)
	return o.checked(mux)
}

func (o *Origin) servePlaylist(w http.ResponseWriter, r *http.Request) {
	kind := o.requestFault(TargetPlaylist)
	body := o.currentPlaylist(kind)
	if body == nil {
		http.Error(w, "the stream has not begun", http.StatusNotFound)
		return
	}
	o.spoiled(w, r, TargetPlaylist, kind, playlistBody(body))
}

// currentPlaylist is the playlist as a request with that fault sees it; nil
// before the first segment.
func (o *Origin) currentPlaylist(kind string) []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.line.Segments) == 0 {
		return nil
	}
	body := o.line.playlist()
	switch kind {
	case kindStall:
		if o.stalled == nil {
			o.stalled = body
		}
		return o.stalled
	case kindEnd:
		if !o.line.Ended {
			body = append(body, endList...)
		}
	case kindCorrupt:
		body = append([]byte("<html>\x00\xff#EXTINF:abc,\n#EXT-X-PROGRAM-DATE-TIME:yesterday\n"), body[len(body)/2:]...)
	}
	o.stalled = nil
	return body
}

func playlistBody(body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := signedAlike(body, r)
		w.Header().Set("Content-Type", "application/vnd.apple.mpegurl")
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	})
}

func (o *Origin) serveSegment(w http.ResponseWriter, r *http.Request) {
	slot, ok := slotOf(r.PathValue("segment"))
	if !ok || !o.finished(slot) {
		http.NotFound(w, r)
		return
	}
	body, err := os.ReadFile(filepath.Join(o.options.Dir, segmentName(slot)))
	if errors.Is(err, fs.ErrNotExist) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		http.Error(w, fmt.Sprintf("read segment: %v", err), http.StatusInternalServerError)
		return
	}
	kind := o.requestFault(TargetSegment)
	switch kind {
	case kindStall:
		o.halfAndWait(w, r, body)
		return
	case kindCorrupt:
		body = corrupted(body)
	}
	o.spoiled(w, r, TargetSegment, kind, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "video/mp2t")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	}))
}

// finished reports whether a slot's file is whole and was listed.
func (o *Origin) finished(slot int64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slot <= o.line.Newest
}

// spoiled gives the true answer next, or what kind makes of it.
func (o *Origin) spoiled(w http.ResponseWriter, r *http.Request, target, kind string, next http.Handler) {
	faults.Serve(w, r, kind, func(w http.ResponseWriter, status int) {
		if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "1")
		}
		http.Error(w, fmt.Sprintf("%s refused with %d", target, status), status)
	}, next)
}

// halfAndWait sends half of the body and then nothing until the client leaves.
func (o *Origin) halfAndWait(w http.ResponseWriter, r *http.Request, body []byte) {
	w.Header().Set("Content-Type", "video/mp2t")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// corrupted overwrites every third kilobyte, sync bytes included.
func corrupted(body []byte) []byte {
	spoilt := bytes.Clone(body)
	for from := 512; from < len(spoilt); from += 3 << 10 {
		for i := from; i < min(from+1<<10, len(spoilt)); i++ {
			spoilt[i] = byte(i * 7)
		}
	}
	return spoilt
}
