package clip

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/big"
)

const (
	idAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	idLength   = 6
)

// NewID derives a clip's id, six characters of a–z0–9, from what asked for it,
// so that a replayed chat gives the same ids. salt is 0, or counts up when an
// id is taken already.
func NewID(creatorID, messageID, triggerID string, salt uint32) string {
	sum := derive("clip", creatorID, messageID, triggerID, salt)
	n := new(big.Int).SetBytes(sum[:])
	base, digit := big.NewInt(int64(len(idAlphabet))), new(big.Int)
	id := make([]byte, idLength)
	for i := range id {
		n.DivMod(n, base, digit)
		id[i] = idAlphabet[digit.Int64()]
	}
	return string(id)
}

// NewJobID derives the job's UUID (version 4 in form, RFC 9562 §5.4) from the
// same facts.
func NewJobID(creatorID, messageID, triggerID string, salt uint32) string {
	sum := derive("job", creatorID, messageID, triggerID, salt)
	b := sum[:16]
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// ValidID reports whether id has the form of a clip's id.
func ValidID(id string) bool {
	if len(id) != idLength {
		return false
	}
	for i := range len(id) {
		c := id[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func derive(kind, creatorID, messageID, triggerID string, salt uint32) [sha256.Size]byte {
	h := sha256.New()
	for _, s := range []string{kind, creatorID, messageID, triggerID} {
		// Length-prefixed, so that no two lists of parts hash alike.
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], salt)
	h.Write(n[:])
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	return sum
}
