package framecode

// Geometry and levels of the code. The row's height is a proportion of the
// picture's, so that a scaled picture still reads.
const (
	numberBits = 32
	checkBits  = 8
	blocks     = numberBits + checkBits

	// rowDivisor is the picture's height divided by the row's height.
	rowDivisor = 20

	// MinWidth and MinHeight are the smallest picture, in pixels, whose blocks
	// are at least eight pixels a side.
	MinWidth  = blocks * 8
	MinHeight = rowDivisor * 8

	// Max is the largest number that can be written.
	Max = 1<<numberBits - 1

	black, white = 16, 235 // limited-range luma
	// A block's mean must be this far from the middle to count as read.
	middle, margin = 126, 24
)

// RowHeight is the height in pixels of the code's row in a picture of that
// height.
func RowHeight(height int) int { return height / rowDivisor }

// WriteFrameNumber draws n into a luma plane of width×height bytes without
// padding. Pictures smaller than MinWidth×MinHeight, and numbers outside
// 0…Max, are left as they are and reported with false.
func WriteFrameNumber(luma []byte, width, height int, n int64) bool {
	if !fits(luma, width, height) || n < 0 || n > Max {
		return false
	}
	code := uint64(n)<<checkBits | uint64(checksum(uint32(n)))
	row := luma[:width]
	for b := range blocks {
		level := byte(black)
		if code>>(blocks-1-b)&1 == 1 {
			level = white
		}
		for x := b * width / blocks; x < (b+1)*width/blocks; x++ {
			row[x] = level
		}
	}
	for y := 1; y < RowHeight(height); y++ {
		copy(luma[y*width:(y+1)*width], row)
	}
	return true
}

// ReadFrameNumber reads the number from a luma plane of width×height bytes
// without padding. ok is false where no code with a fitting checksum is
// readable.
func ReadFrameNumber(luma []byte, width, height int) (n int64, ok bool) {
	if width < blocks*2 || height < rowDivisor*2 || len(luma) < width*height {
		return 0, false
	}
	var code uint64
	for b := range blocks {
		mean := blockMean(luma, width, height, b)
		if mean > middle-margin && mean < middle+margin {
			return 0, false
		}
		code <<= 1
		if mean > middle {
			code |= 1
		}
	}
	number := uint32(code >> checkBits)
	if byte(code) != checksum(number) {
		return 0, false
	}
	return int64(number), true
}

// blockMean is the mean luma of the inner half of a block: the outer half
// bleeds into its neighbours when the picture is compressed or scaled.
func blockMean(luma []byte, width, height, block int) int {
	left, right := inner(block*width/blocks, (block+1)*width/blocks)
	top, bottom := inner(0, RowHeight(height))
	sum, count := 0, 0
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			sum += int(luma[y*width+x])
			count++
		}
	}
	return sum / count
}

func inner(from, to int) (int, int) {
	quarter := (to - from) / 4
	return from + quarter, max(to-quarter, from+quarter+1)
}

func fits(luma []byte, width, height int) bool {
	return width >= MinWidth && height >= MinHeight && len(luma) >= width*height
}

// checksum is CRC-8 (polynomial x⁸+x²+x+1), begun at 0xFF so that neither an
// all-black nor an all-white row is a valid code.
func checksum(n uint32) byte {
	crc := byte(0xFF)
	for shift := 24; shift >= 0; shift -= 8 {
		crc ^= byte(n >> shift)
		for range 8 {
			if crc&0x80 != 0 {
				crc = crc<<1 ^ 0x07
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}
