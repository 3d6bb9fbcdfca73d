package match

// Hits holds which owners' words a text holds. The zero value is ready; using
// the same Hits for one text after the other allocates nothing once it has
// grown to the set's owners.
type Hits struct {
	marks  []uint32 // by owner: the round in which it was found last
	round  uint32
	owners []int
}

// Has reports whether a word of owner was found in the last text.
func (h *Hits) Has(owner int) bool {
	return uint(owner) < uint(len(h.marks)) && h.marks[owner] == h.round
}

// Owners lists the owners found in the last text, each once, in the order in
// which their first word ends. It is valid until the next search.
func (h *Hits) Owners() []int { return h.owners }

// Len is how many owners were found in the last text.
func (h *Hits) Len() int { return len(h.owners) }

func (h *Hits) begin(owners int) {
	h.owners = h.owners[:0]
	h.round++
	if len(h.marks) < owners || h.round == 0 {
		h.marks = make([]uint32, max(owners, len(h.marks)))
		h.round = 1
	}
}

func (h *Hits) add(owner int32) {
	h.marks[owner] = h.round
	h.owners = append(h.owners, int(owner))
}
