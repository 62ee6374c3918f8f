//go:build linux

package main

import (
	"bytes"
	"testing"
)

func TestPattern(t *testing.T) {
	p := newPattern()
	content := bytes.Join([][]byte{p.block(0), p.block(1), p.block(2)}, nil)
	if at := p.differs(0, content); at != -1 {
		t.Fatalf("differs from itself at %d", at)
	}
	if at := p.differs(blockSize-3, content[blockSize-3:]); at != -1 {
		t.Errorf("differs from itself at %d, from the middle of a block on", at)
	}
	changed := bytes.Clone(content)
	changed[blockSize+7] ^= 1
	if at := p.differs(0, changed); at != blockSize+7 {
		t.Errorf("a changed octet %d is seen at %d", blockSize+7, at)
	}
	for name, lost := range map[string]int{"an octet": 1, "a segment": 1330, "a block": blockSize} {
		rest := append(bytes.Clone(content[:100]), content[100+lost:]...)
		if at := p.differs(0, rest); at < 100 || at > 108 {
			t.Errorf("%s lost at 100 is seen at %d", name, at)
		}
	}
}
