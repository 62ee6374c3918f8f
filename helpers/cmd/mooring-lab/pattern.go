//go:build linux

package main

import (
	"bytes"
	"math/rand/v2"
)

const blockSize = 64 << 10

// pattern is an endless content in which every octet is known, cheap to make and to check. Its blocks are windows of
// the same noise, each begun elsewhere: what is lost, doubled, exchanged or changed is seen at the next octets.
type pattern struct{ noise [2 * blockSize]byte }

func newPattern() *pattern {
	p := &pattern{}
	source := rand.NewChaCha8([32]byte{})
	source.Read(p.noise[:]) // never an error
	return p
}

// block is the n-th.
func (p *pattern) block(n uint64) []byte {
	// The stride has no common divisor with the size, so that the windows repeat only after all have been had.
	at := n * 40503 % blockSize
	return p.noise[at : at+blockSize]
}

// differs is the index in b of the first octet that is not the content's from position at on, or -1.
func (p *pattern) differs(at uint64, b []byte) int {
	for from := 0; from < len(b); {
		position := at + uint64(from)
		want := p.block(position / blockSize)[position%blockSize:]
		got := b[from:min(len(b), from+len(want))]
		if !bytes.Equal(got, want[:len(got)]) {
			for i := range got {
				if got[i] != want[i] {
					return from + i
				}
			}
		}
		from += len(got)
	}
	return -1
}
