package main

import "math/rand/v2"

// every says that one of so many chat messages triggers something: 1 %.
const every = 100

// sampler chooses the texts that trigger something. Few triggers are asked for
// often and many seldom, as in a real chat: the weight of the n-th most popular
// trigger is 1/(n+10). The sequence is always the same.
type sampler struct {
	texts   [][]string // by trigger
	popular []int      // triggers, most popular first
	sums    []float64  // of the weights up to each
	random  *rand.Rand
}

func newSampler(texts [][]string) *sampler {
	s := &sampler{texts: texts, random: rand.New(rand.NewPCG(20, 300))}
	s.popular = s.random.Perm(len(texts))
	sum := 0.0
	for rank := range s.popular {
		sum += 1 / float64(rank+10)
		s.sums = append(s.sums, sum)
	}
	return s
}

// next returns the next text.
func (s *sampler) next() string {
	at := s.random.Float64() * s.sums[len(s.sums)-1]
	rank := 0
	for s.sums[rank] < at {
		rank++
	}
	texts := s.texts[s.popular[rank]]
	return texts[s.random.IntN(len(texts))]
}
