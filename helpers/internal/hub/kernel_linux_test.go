package hub

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"

	"mooring.dev/helpers/internal/hub/config"
	"mooring.dev/helpers/internal/plan"
)

// What of the engine kernel can be seen on a kernel that has neither WireGuard nor GRE; test/kernel has the rest.

// With this engine the filter does what the other engine does itself.
func TestFilterOfTheEngineKernel(t *testing.T) {
	c := config.Config{
		Engine: plan.EngineKernel, Address: netip.MustParsePrefix("172.16.0.1/24"),
		Devices: []config.Device{{Name: "office", MAC: [6]byte{2, 1}}, {Name: "guest"}},
	}
	f := filter{bridge: "taps_bridge"}
	if err := f.settle(c); err != nil {
		t.Fatal(err)
	}
	defer f.clear()
	conn, err := nftables.New()
	if err != nil {
		t.Fatal(err)
	}
	chains, err := conn.ListChains()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, ch := range chains {
		found[ch.Name] = true
	}
	table := &nftables.Table{Family: nftables.TableFamilyBridge, Name: tableName}
	for set, want := range map[string]string{"pinned_ports": "gretap_office\x00\x00\x00", "pinned": "gretap_office\x00\x00\x00\x02\x01\x00\x00\x00\x00\x00\x00"} {
		s, err := conn.GetSetByName(table, set)
		if err != nil {
			t.Fatal(err)
		}
		elements, err := conn.GetSetElements(s)
		if err != nil || len(elements) != 1 || string(elements[0].Key) != want {
			t.Errorf("the set %s: got %v, %v", set, elements, err)
		}
	}
	if !found["guard"] || !found["pin"] || !found["clamp"] {
		t.Errorf("chains: %v", found)
	}
}

// What is not on record was there before us and stays.
func TestOnlyLinksOnRecordAreRemoved(t *testing.T) {
	r, err := openRecord(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer r.close(true)
	for _, name := range []string{"ours", "theirs"} {
		attrs := netlink.NewLinkAttrs()
		attrs.Name = name
		if name == "ours" {
			err = noteNewLink(r, name)
		}
		if err == nil {
			err = netlink.LinkAdd(&netlink.Bridge{LinkAttrs: attrs})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := noteNewLink(r, "theirs"); err == nil {
		t.Error("an interface that is there was taken for a new one")
	}
	k := &kernel{record: r}
	if err := k.close(); err != nil {
		t.Fatal(err)
	}
	if _, err := netlink.LinkByName("ours"); err == nil {
		t.Error("ours stays")
	}
	theirs, err := netlink.LinkByName("theirs")
	if err != nil {
		t.Fatalf("theirs: %v", err)
	}
	if err := netlink.LinkDel(theirs); err != nil {
		t.Fatal(err)
	}
}

// A record that another boot left, or that was cut short, tells nothing.
func TestRecordsThatTellNothing(t *testing.T) {
	dir := t.TempDir()
	r, err := openRecord(dir)
	if err != nil {
		t.Fatal(err)
	}
	r.BridgeName, r.BridgeMade = "taps_bridge", true
	if err := r.save(); err != nil {
		t.Fatal(err)
	}
	path := r.file.Name()
	if err := r.close(false); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		text string
		want bool
	}{
		"whole":     {string(text), true},
		"cut short": {string(text[:len(text)/2]), false},
		"old boot":  {`{"boot":"x","bridgeName":"taps_bridge","bridgeMade":true}`, false},
		"empty":     {"", false},
	} {
		if err := os.WriteFile(filepath.Clean(path), []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := openRecord(dir)
		if err != nil || r.BridgeMade != tt.want {
			t.Errorf("%s: got %+v, %v", name, r, err)
			continue
		}
		if err := r.close(false); err != nil {
			t.Fatal(err)
		}
	}
}
