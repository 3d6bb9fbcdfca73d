package media

import (
	"bytes"
	"strconv"
	"time"
)

// progressReader reads what FFmpeg's -progress writes: key=value lines, a block
// of which ends with the key "progress".
type progressReader struct {
	total  time.Duration
	frames int64
	tell   func(CutProgress)

	line    []byte
	current CutProgress
}

// maxProgressLine bounds a line; FFmpeg's are far shorter.
const maxProgressLine = 4 << 10

// Write implements io.Writer; it never fails.
func (p *progressReader) Write(data []byte) (int, error) {
	n := len(data)
	for len(data) > 0 {
		line, rest, whole := bytes.Cut(data, []byte("\n"))
		if len(p.line)+len(line) <= maxProgressLine {
			p.line = append(p.line, line...)
		}
		data = rest
		if whole {
			p.read(string(bytes.TrimSpace(p.line)))
			p.line = p.line[:0]
		}
	}
	return n, nil
}

func (p *progressReader) read(line string) {
	key, value, _ := bytes.Cut([]byte(line), []byte("="))
	number, err := strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
	switch string(key) {
	case "frame":
		if err == nil {
			p.current.Frame = number
		}
	case "out_time_us":
		if err == nil && number > 0 {
			p.current.OutTime = time.Duration(number) * time.Microsecond
		}
	case "progress":
		p.current.Fraction = p.fraction()
		p.tell(p.current)
	}
}

func (p *progressReader) fraction() float64 {
	byTime, byFrames := 0.0, 0.0
	if p.total > 0 {
		byTime = float64(p.current.OutTime) / float64(p.total)
	}
	if p.frames > 0 {
		byFrames = float64(p.current.Frame) / float64(p.frames)
	}
	return min(max(byTime, byFrames), 1)
}
