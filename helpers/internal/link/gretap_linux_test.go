package link

import (
	"encoding/hex"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// TestGretapMessage compares the attributes with those that iproute2 would send, octet by octet: most kernels on which
// the tests run have no GRE to ask.
func TestGretapMessage(t *testing.T) {
	request := gretapRequest(Gretap{
		Name: "gretap_office", Link: 7,
		Local: netip.MustParseAddr("172.16.0.1"), Remote: netip.MustParseAddr("172.16.0.2"),
	})
	got := request.Serialize()[unix.SizeofNlMsghdr+unix.SizeofIfInfomsg:]
	want := "12000300" + hex.EncodeToString([]byte("gretap_office\x00")) + "0000" + // IFLA_IFNAME
		"44001200" + // IFLA_LINKINFO
		"0a000100" + hex.EncodeToString([]byte("gretap")) + "0000" + // IFLA_INFO_KIND
		"34000200" + // IFLA_INFO_DATA
		"08000100" + "07000000" + // IFLA_GRE_LINK
		"08000600" + "ac100001" + // IFLA_GRE_LOCAL
		"08000700" + "ac100002" + // IFLA_GRE_REMOTE
		"05000800" + "e1000000" + // IFLA_GRE_TTL: 225
		"05000a00" + "00000000" + // IFLA_GRE_PMTUDISC: off
		"05001300" + "01000000" + // IFLA_GRE_IGNORE_DF: on
		"08000400" + "66050000" // IFLA_MTU: 1382
	if hex.EncodeToString(got) != want {
		t.Errorf("got  %x\nwant %s", got, want)
	}
}
