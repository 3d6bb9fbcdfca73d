package hls

import (
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/framecode"
)

// The picture. Small and mostly still, because a demo shares two cores with
// everything else.
const (
	Width           = 640
	Height          = 360
	FramesPerSecond = 30

	lumaBytes   = Width * Height
	chromaWidth = Width / 2
	chromaBytes = lumaBytes / 4
	frameBytes  = lumaBytes + 2*chromaBytes

	boxSize = 48
	boxTop  = Height - boxSize - 16
)

// painter draws the frames of a timeline as planar YUV 4:2:0. It is not safe
// for concurrent use.
type painter struct {
	background []byte
	frame      []byte
}

func newPainter() *painter {
	p := &painter{background: make([]byte, frameBytes), frame: make([]byte, frameBytes)}
	luma, u, v := planes(p.background)
	for y := range Height {
		for x := range Width {
			luma[y*Width+x] = byte(48 + y/8 + x/32)
		}
	}
	for y := range Height / 2 {
		for x := range chromaWidth {
			u[y*chromaWidth+x] = byte(140 + x/16)
			v[y*chromaWidth+x] = byte(120 - y/16)
		}
	}
	return p
}

func planes(frame []byte) (luma, u, v []byte) {
	return frame[:lumaBytes], frame[lumaBytes : lumaBytes+chromaBytes], frame[lumaBytes+chromaBytes:]
}

// paint draws frame n, shown at that time. The bytes are valid until the next
// call.
func (p *painter) paint(n int64, at time.Time) []byte {
	copy(p.frame, p.background)
	luma, u, v := planes(p.frame)
	framecode.WriteFrameNumber(luma, Width, Height, n)
	at = at.UTC()
	drawText(luma, Width, 104, 110, 6, 235, at.Format("15:04:05.000"))
	drawText(luma, Width, 206, 176, 3, 200, at.Format("2006-01-02")+" UTC")
	drawText(luma, Width, 194, 216, 3, 200, fmt.Sprintf("FRAME %08d", n))
	x := boxPosition(n)
	fill(luma, Width, x, boxTop, boxSize, boxSize, 150)
	fill(u, chromaWidth, x/2, boxTop/2, boxSize/2, boxSize/2, 90)
	fill(v, chromaWidth, x/2, boxTop/2, boxSize/2, boxSize/2, 210)
	return p.frame
}

// boxPosition moves the box from edge to edge and back, four pixels a frame.
func boxPosition(n int64) int {
	const way = (Width - boxSize) / 4
	step := int(n % (2 * way))
	if step > way {
		step = 2*way - step
	}
	return step * 4
}
