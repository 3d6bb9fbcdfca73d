package httpserver

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

const (
	// minZipped is the size, in bytes, below which compressing is not worth it.
	minZipped = 1 << 10
	// maxRanges is how many parts a request may ask for at once; one that asks for
	// more gets the whole.
	maxRanges = 8
)

// page is a document as it was read. It never changes.
type page struct {
	info   fs.FileInfo
	data   []byte
	tag    string
	zipped func() []byte // compressed; nil where that does not help
}

func newPage(data []byte, info fs.FileInfo) *page {
	sum := sha256.Sum256(data)
	return &page{info, data, hex.EncodeToString(sum[:16]), sync.OnceValue(func() []byte { return compress(data) })}
}

func compress(data []byte) []byte {
	if len(data) < minZipped {
		return nil
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	// A buffer takes everything.
	_, _ = w.Write(data)
	_ = w.Close()
	if out.Len() >= len(data) {
		return nil
	}
	return out.Bytes()
}

// serve answers with the document, compressed for those who can take it. Parts are
// parts of the plain text.
func (p *page) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Add("Vary", "Accept-Encoding")
	body, tag := p.data, p.tag
	if r.Header.Get("Range") == "" && takesGzip(r.Header) {
		if zipped := p.zipped(); zipped != nil {
			body, tag = zipped, p.tag+"-gzip"
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, fewRanges(r), "", p.changed(), bytes.NewReader(body))
}

// takesGzip reports whether a client says that it understands gzip.
func takesGzip(h http.Header) bool {
	for _, part := range strings.Split(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		coding, rest, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		weight, weighed := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(rest, " ", "")), "q=")
		if !weighed {
			return true
		}
		q, err := strconv.ParseFloat(weight, 64)
		return err == nil && q > 0
	}
	return false
}

// fewRanges returns the request without its ranges if they are too many.
func fewRanges(r *http.Request) *http.Request {
	if strings.Count(r.Header.Get("Range"), ",") < maxRanges {
		return r
	}
	r = r.Clone(r.Context())
	r.Header.Del("Range")
	return r
}
