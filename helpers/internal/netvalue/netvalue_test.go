package netvalue_test

import (
	"testing"

	"mooring.dev/helpers/internal/netvalue"
)

// The tables of bad values are the fixtures in protocol/, which proto's and the hub's tests read; here stand the edges
// that a fixture would not show.

func TestParseMAC(t *testing.T) {
	got, err := netvalue.ParseMAC("12:AB:34:cd:56:ef")
	if err != nil || got != [6]byte{0x12, 0xab, 0x34, 0xcd, 0x56, 0xef} {
		t.Fatalf("got %x, %v", got, err)
	}
	for _, text := range []string{"", "12:ab:34:cd:56", "12:ab:34:cd:56:ef:00", "12-ab-34-cd-56-ef", "1:ab:34:cd:56:ef", "12:ab:34:cd:56:+f",
		"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "13:ab:34:cd:56:ef", "zz:ab:34:cd:56:ef"} {
		if got, err := netvalue.ParseMAC(text); err == nil {
			t.Errorf("%q was taken as %x", text, got)
		}
	}
}

func TestParseLinkAddress(t *testing.T) {
	for _, text := range []string{"172.16.0.2/24", "10.0.0.1/8", "10.0.0.0/31"} {
		if _, err := netvalue.ParseLinkAddress(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", "172.16.0.2", "172.16.0.0/24", "172.16.0.255/24", "172.16.0.2/33", "fd00::2/64", "0.0.0.0/0", "127.0.0.1/8", "224.0.0.1/24", "10.0.0.1/7"} {
		if got, err := netvalue.ParseLinkAddress(text); err == nil {
			t.Errorf("%q was taken as %v", text, got)
		}
	}
}
