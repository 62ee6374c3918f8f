package userspace

import (
	"errors"
	"testing"

	"mooring.dev/helpers/internal/datapath"
)

// said is a frame of IPv6 with the octets of its transport header that matter: the first and TCP's flags.
func said(etherType uint16, next, first, flags byte) []byte {
	b := make([]byte, 14+40+20)
	b[12], b[13], b[14+6], b[54], b[54+13] = byte(etherType>>8), byte(etherType), next, first, flags
	return b
}

func TestUserspaceEngineRefusesNothingBeforeItIsVouchedFor(t *testing.T) {
	for name, c := range map[string]struct {
		frame   []byte
		refusal bool
	}{
		"TCP reset":                    {said(0x86dd, 6, 0, 0x14), true},
		"TCP synchronise, acknowledge": {said(0x86dd, 6, 0, 0x12), false},
		"ICMPv6 unreachable":           {said(0x86dd, 58, 1, 0), true},
		"ICMPv6 echo":                  {said(0x86dd, 58, 129, 0), false},
		"UDP":                          {said(0x86dd, 17, 1, 0x04), false},
		"ARP":                          {said(0x0806, 6, 1, 0x04), false},
		"cut short":                    {said(0x86dd, 6, 0, 0x04)[:60], false},
		"empty":                        {nil, false},
	} {
		memory := datapath.NewMemory(datapath.Features{})
		port := &quietPort{Port: memory}
		for _, vouched := range []bool{false, true} {
			port.vouched.Store(vouched)
			memory.Put(c.frame, datapath.Offload{})
			var f datapath.Superframe
			if err := port.Receive(make([]byte, 2048), &f); err != nil {
				t.Fatal(err)
			}
			want := len(c.frame)
			if c.refusal && !vouched {
				want = 0
			}
			if len(f.Frame) != want {
				t.Errorf("%s, vouched for %v: %d octets, want %d", name, vouched, len(f.Frame), want)
			}
		}
		if err := port.Receive(make([]byte, 2048), &datapath.Superframe{}); !errors.Is(err, datapath.ErrEmpty) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
