package hls

import (
	"strconv"
	"strings"
)

// The tags that are read, by name. Whatever else stands in a playlist is none of
// a recorder's business.
var masterTags = map[string]func(*parser, string) string{
	"#EXT-X-STREAM-INF": (*parser).streamInf,
	"#EXT-X-MEDIA":      (*parser).rendition,
}

var mediaTags = map[string]func(*parser, string) string{
	"#EXTINF":                       (*parser).inf,
	"#EXT-X-TARGETDURATION":         (*parser).targetDuration,
	"#EXT-X-MEDIA-SEQUENCE":         (*parser).mediaSequence,
	"#EXT-X-DISCONTINUITY-SEQUENCE": (*parser).discontinuitySequence,
	"#EXT-X-ENDLIST":                func(p *parser, _ string) string { p.media.Ended = true; return "" },
	"#EXT-X-I-FRAMES-ONLY":          func(p *parser, _ string) string { p.media.IFramesOnly = true; return "" },
	"#EXT-X-DISCONTINUITY":          func(p *parser, _ string) string { p.next.Discontinuity = true; return "" },
	"#EXT-X-GAP":                    func(p *parser, _ string) string { p.next.Gap = true; return "" },
	"#EXT-X-PROGRAM-DATE-TIME":      func(p *parser, v string) string { p.next.DateTime = dateTime(v); return "" },
	"#EXT-X-BYTERANGE":              (*parser).segmentRange,
	"#EXT-X-MAP":                    (*parser).initialization,
	"#EXT-X-KEY":                    (*parser).encryption,
	"#EXT-X-SKIP":                   func(*parser, string) string { return "a delta update that nobody asked for" },
}

func (p *parser) inf(value string) string {
	duration, _, _ := strings.Cut(value, ",")
	d, ok := seconds(duration)
	if !ok {
		return "EXTINF is not a usable duration"
	}
	p.next.Duration, p.hasInf = d, true
	return ""
}

func (p *parser) targetDuration(value string) string {
	d, ok := seconds(value)
	if !ok {
		return "EXT-X-TARGETDURATION is not a usable duration"
	}
	p.media.TargetDuration, p.target = d, true
	return ""
}

func (p *parser) mediaSequence(value string) string {
	n, ok := number(value)
	if !ok {
		return "EXT-X-MEDIA-SEQUENCE is not a number"
	}
	p.media.Sequence = n
	return ""
}

func (p *parser) discontinuitySequence(value string) string {
	n, ok := number(value)
	if !ok {
		return "EXT-X-DISCONTINUITY-SEQUENCE is not a number"
	}
	p.media.DiscontinuitySequence = n
	return ""
}

func (p *parser) segmentRange(value string) string {
	r, open, ok := byteRange(value)
	if !ok {
		return "EXT-X-BYTERANGE is not a usable range"
	}
	p.next.Range, p.rangeOpen = r, open
	return ""
}

func (p *parser) initialization(value string) string {
	attributes, ok := attributeList(value)
	if !ok || attributes["URI"] == "" {
		return "EXT-X-MAP has no usable URI"
	}
	m := &Map{URI: attributes["URI"]}
	if text, has := attributes["BYTERANGE"]; has {
		// Without an offset it is the resource's beginning (RFC 8216 §4.3.2.5).
		if m.Range, _, ok = byteRange(text); !ok {
			return "BYTERANGE of EXT-X-MAP is not a usable range"
		}
	}
	p.initial = m
	return ""
}

func (p *parser) encryption(value string) string {
	attributes, ok := attributeList(value)
	if !ok || attributes["METHOD"] == "" {
		return "EXT-X-KEY has no METHOD"
	}
	if attributes["METHOD"] == "NONE" {
		p.key = nil
		return ""
	}
	p.key = &Key{Method: attributes["METHOD"], URI: attributes["URI"], KeyFormat: attributes["KEYFORMAT"]}
	return ""
}

func (p *parser) streamInf(value string) string {
	attributes, ok := attributeList(value)
	if !ok {
		return "EXT-X-STREAM-INF has a broken attribute list"
	}
	v := &Variant{Audio: attributes["AUDIO"]}
	if text, has := attributes["BANDWIDTH"]; has {
		if v.Bandwidth, ok = number(text); !ok {
			return "BANDWIDTH is not a number"
		}
	}
	v.Width, v.Height = resolution(attributes["RESOLUTION"])
	if rate, err := strconv.ParseFloat(attributes["FRAME-RATE"], 64); err == nil && rate > 0 && rate < 1000 {
		v.FrameRate = rate
	}
	for _, codec := range strings.Split(attributes["CODECS"], ",") {
		if codec = strings.TrimSpace(codec); codec != "" {
			v.Codecs = append(v.Codecs, codec)
		}
	}
	p.pending = v
	return ""
}

func (p *parser) rendition(value string) string {
	attributes, ok := attributeList(value)
	if !ok {
		return "EXT-X-MEDIA has a broken attribute list"
	}
	p.master.Renditions = append(p.master.Renditions, Rendition{
		Type: attributes["TYPE"], GroupID: attributes["GROUP-ID"], Name: attributes["NAME"],
		URI: attributes["URI"], Default: attributes["DEFAULT"] == "YES",
	})
	return tooMany(len(p.master.Renditions))
}

// resolution reads "<width>x<height>"; anything else is unknown.
func resolution(text string) (width, height int) {
	w, h, _ := strings.Cut(text, "x")
	nw, okw := number(w)
	nh, okh := number(h)
	if !okw || !okh || nw > 1<<16 || nh > 1<<16 {
		return 0, 0
	}
	return int(nw), int(nh)
}

// attributeList reads NAME=value pairs with quoted or plain values (RFC 8216
// §4.2). A name that occurs twice keeps its first value.
func attributeList(text string) (map[string]string, bool) {
	attributes := map[string]string{}
	for text = strings.TrimSpace(text); text != ""; {
		name, rest, ok := strings.Cut(text, "=")
		if name = strings.TrimSpace(name); !ok || name == "" || strings.ContainsAny(name, "\",") {
			return nil, false
		}
		var value string
		if quoted, isQuoted := strings.CutPrefix(rest, `"`); isQuoted {
			if value, rest, ok = strings.Cut(quoted, `"`); !ok {
				return nil, false
			}
			junk, after, _ := strings.Cut(rest, ",")
			if strings.TrimSpace(junk) != "" {
				return nil, false
			}
			rest = after
		} else {
			value, rest, _ = strings.Cut(rest, ",")
			value = strings.TrimSpace(value)
		}
		if _, twice := attributes[name]; !twice {
			attributes[name] = value
		}
		text = strings.TrimSpace(rest)
	}
	return attributes, true
}
