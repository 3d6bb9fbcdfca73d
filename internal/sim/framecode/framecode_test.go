package framecode

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestANumberIsReadBackFromItsPicture(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{320, 180}, {640, 360}, {854, 480}, {1920, 1080}} {
		luma := make([]byte, size[0]*size[1])
		for _, n := range []int64{0, 1, 29, 30, 65535, 1 << 20, 123456789, Max - 1, Max} {
			require.True(t, WriteFrameNumber(luma, size[0], size[1], n))
			got, ok := ReadFrameNumber(luma, size[0], size[1])
			require.True(t, ok, "%d at %v", n, size)
			require.Equal(t, n, got)
		}
	}
}

func TestNoiseAndLoweredContrastDoNotChangeTheNumber(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	luma := make([]byte, 640*360)
	for range 200 {
		n := int64(random.Uint32())
		require.True(t, WriteFrameNumber(luma, 640, 360, n))
		for i := range luma[:640*RowHeight(360)] {
			flattened := 126 + (int(luma[i])-126)*6/10
			luma[i] = byte(min(255, max(0, flattened+random.IntN(60)-30)))
		}
		got, ok := ReadFrameNumber(luma, 640, 360)
		require.True(t, ok)
		require.Equal(t, n, got)
	}
}

func TestAScaledPictureStillReads(t *testing.T) {
	t.Parallel()
	source := make([]byte, 640*360)
	require.True(t, WriteFrameNumber(source, 640, 360, 987654))
	for _, size := range [][2]int{{320, 180}, {480, 270}, {1280, 720}, {202, 114}} {
		got, ok := ReadFrameNumber(nearest(source, 640, 360, size[0], size[1]), size[0], size[1])
		require.True(t, ok, "%v", size)
		require.Equal(t, int64(987654), got)
	}
}

func nearest(src []byte, w, h, toW, toH int) []byte {
	dst := make([]byte, toW*toH)
	for y := range toH {
		for x := range toW {
			dst[y*toW+x] = src[(y*h/toH)*w+x*w/toW]
		}
	}
	return dst
}

func TestPicturesWithoutACodeAreNotRead(t *testing.T) {
	t.Parallel()
	for name, level := range map[string]byte{"black": 16, "white": 235, "full black": 0, "full white": 255, "grey": 126} {
		luma := make([]byte, 640*360)
		for i := range luma {
			luma[i] = level
		}
		_, ok := ReadFrameNumber(luma, 640, 360)
		require.False(t, ok, name)
	}
	_, ok := ReadFrameNumber(nil, 640, 360)
	require.False(t, ok, "no picture")
	_, ok = ReadFrameNumber(make([]byte, 100), 10, 10)
	require.False(t, ok, "a picture too small")
}

func TestASingleWrongBlockIsNoticed(t *testing.T) {
	t.Parallel()
	luma := make([]byte, 640*360)
	for block := range blocks {
		require.True(t, WriteFrameNumber(luma, 640, 360, 4711))
		for y := range RowHeight(360) {
			for x := block * 16; x < block*16+16; x++ {
				luma[y*640+x] = 251 - luma[y*640+x]
			}
		}
		_, ok := ReadFrameNumber(luma, 640, 360)
		require.False(t, ok, "block %d", block)
	}
}

func TestWhatCannotBeWrittenIsRefused(t *testing.T) {
	t.Parallel()
	luma := make([]byte, 640*360)
	require.False(t, WriteFrameNumber(luma, 640, 360, -1))
	require.False(t, WriteFrameNumber(luma, 640, 360, Max+1))
	require.False(t, WriteFrameNumber(luma, MinWidth-1, 360, 1))
	require.False(t, WriteFrameNumber(luma[:100], 640, 360, 1))
}

func FuzzReadFrameNumber(f *testing.F) {
	luma := make([]byte, MinWidth*MinHeight)
	WriteFrameNumber(luma, MinWidth, MinHeight, 42)
	f.Add(luma, MinWidth, MinHeight)
	f.Add([]byte{}, 0, 0)
	f.Fuzz(func(t *testing.T, luma []byte, width, height int) {
		if width < 0 || height < 0 || width > 4096 || height > 4096 {
			return
		}
		if n, ok := ReadFrameNumber(luma, width, height); ok {
			require.GreaterOrEqual(t, n, int64(0))
		}
	})
}
