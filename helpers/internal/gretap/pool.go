package gretap

// A datagram's buffer is one of two sizes, so that a far offset costs what it takes and buffers fit again.
const (
	smallBuffer = 2 << 10
	largeBuffer = 64 << 10 // for the longest packet
)

// pool hands out buffers and keeps those that come back. held counts both kinds, and never passes limit.
type pool struct {
	limit        int
	held         int
	small, large [][]byte
}

// take is nil when a buffer of that size would pass the limit.
func (p *pool) take(size int) (b []byte) {
	mine, other := &p.small, &p.large
	if size == largeBuffer {
		mine, other = other, mine
	}
	if n := len(*mine); n > 0 {
		b, *mine = (*mine)[n-1], (*mine)[:n-1]
		return b
	}
	for n := len(*other); n > 0 && p.held+size > p.limit; n-- {
		p.held -= len((*other)[n-1])
		(*other)[n-1] = nil
		*other = (*other)[:n-1]
	}
	if p.held+size > p.limit {
		return nil
	}
	p.held += size
	return make([]byte, size)
}

func (p *pool) give(b []byte) {
	if len(b) == smallBuffer {
		p.small = append(p.small, b)
	} else {
		p.large = append(p.large, b)
	}
}

// empty lets go of all that is not handed out.
func (p *pool) empty() {
	p.held -= len(p.small)*smallBuffer + len(p.large)*largeBuffer
	p.small, p.large = nil, nil
}
