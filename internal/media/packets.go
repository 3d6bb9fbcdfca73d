package media

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// stretch is what FFprobe says about a row of segments read as one input.
type stretch struct {
	video, audio  bool
	codec         string
	width, height int
	aspectNum     int // sample aspect ratio
	aspectDen     int
	frames        []frame // of the first video stream, in decoding order
	head          int64   // bytes in front of the first segment: the initialization section
}

// frame is one coded picture.
type frame struct {
	at       time.Duration // presentation timestamp
	position int64         // in the input, in bytes; −1 if unknown
	key      bool
}

// stretchEntries is what is asked of FFprobe, in its own notation.
const stretchEntries = "stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,time_base:packet=stream_index,pts,pos,flags"

// maxListing bounds FFprobe's list of packets, in bytes: some hours of video.
const maxListing = 64 << 20

// parseStretch reads FFprobe's output in its compact notation. Streams come
// behind packets in it, so there are two passes.
func parseStretch(listing []byte) (stretch, error) {
	s := stretch{aspectNum: 1, aspectDen: 1}
	video := ""
	var base [2]int64
	eachRow(listing, "stream", func(row map[string]string) {
		switch {
		case row["codec_type"] == "audio":
			s.audio = true
		case row["codec_type"] == "video" && !s.video:
			s.video, video, s.codec = true, row["index"], row["codec_name"]
			s.width, _ = strconv.Atoi(row["width"])
			s.height, _ = strconv.Atoi(row["height"])
			if num, den, ok := ratio(row["sample_aspect_ratio"], ":"); ok && num > 0 && num < 1<<16 && den < 1<<16 {
				s.aspectNum, s.aspectDen = int(num), int(den)
			}
			base[0], base[1], _ = ratio(row["time_base"], "/")
		}
	})
	if !s.video {
		return s, nil
	}
	if base[0] <= 0 || base[1] <= 0 || s.width <= 0 || s.height <= 0 || s.width > 1<<14 || s.height > 1<<14 {
		return s, errors.New("the picture has no usable size or time base")
	}
	eachRow(listing, "packet", func(row map[string]string) {
		if row["stream_index"] != video {
			return
		}
		pts, err := strconv.ParseInt(row["pts"], 10, 64)
		at, ok := ticks(pts, base[0], base[1])
		if err != nil || !ok {
			return // a packet without a time is no picture of its own
		}
		position, err := strconv.ParseInt(row["pos"], 10, 64)
		if err != nil {
			position = -1
		}
		s.frames = append(s.frames, frame{at: at, position: position, key: strings.HasPrefix(row["flags"], "K")})
	})
	return s, nil
}

// eachRow calls row for every line of a section: "section|key=value|…".
func eachRow(listing []byte, section string, row func(map[string]string)) {
	prefix := []byte(section + "|")
	for len(listing) > 0 {
		line, rest, _ := bytes.Cut(listing, []byte("\n"))
		listing = rest
		if !bytes.HasPrefix(line, prefix) {
			continue
		}
		fields := map[string]string{}
		for _, field := range strings.Split(strings.TrimSpace(string(line[len(prefix):])), "|") {
			if key, value, ok := strings.Cut(field, "="); ok {
				fields[key] = value
			}
		}
		row(fields)
	}
}

func ratio(text, separator string) (num, den int64, ok bool) {
	a, b, _ := strings.Cut(text, separator)
	num, errNum := strconv.ParseInt(a, 10, 64)
	den, errDen := strconv.ParseInt(b, 10, 64)
	return num, den, errNum == nil && errDen == nil && den != 0
}

// ticks turns a timestamp into a duration; false if it is beyond reason.
func ticks(pts, num, den int64) (time.Duration, bool) {
	const limit = 1 << 52
	if pts > limit || pts < -limit || num > math.MaxInt64/limit || den > 1<<31 {
		return 0, false
	}
	n := pts * num
	whole, part := n/den, n%den
	if whole > 1e9 || whole < -1e9 {
		return 0, false
	}
	return time.Duration(whole)*time.Second + time.Duration(part*int64(time.Second)/den), true
}
