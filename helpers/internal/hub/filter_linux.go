package hub

import (
	"errors"
	"log/slog"
	"net/netip"
	"reflect"

	"github.com/google/nftables"

	"mooring.dev/helpers/internal/hub/config"
	"mooring.dev/helpers/internal/nat"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/ruleset"
)

// tableName is that of both tables, one of family inet and one of family bridge.
const tableName = "mooring_hub"

// allPorts is how nftables says: every port of the hub's.
const allPorts = "gretap_*"

// filter is the MSS clamp, NAT, and with the engine kernel what the other does itself: it hears the devices alone, and
// from each its pinned MAC.
type filter struct {
	log     *slog.Logger
	bridge  string
	written *filterInput // what the tables were made of; nil: there are none
}

type filterInput struct {
	masquerade string
	inside     []netip.Prefix
	kernel     bool // the engine; what follows and the guard are for it alone
	pins       map[string][6]byte
}

// settle writes both tables anew if what they are made of has changed. A kernel without nftables can run a hub, if a
// poor one: then nothing clamps, and it says so. The rest must not be missing.
func (f *filter) settle(c config.Config) error {
	in := filterInput{masquerade: c.Masquerade, kernel: c.Engine == plan.EngineKernel, pins: map[string][6]byte{}}
	if c.Masquerade != "" {
		in.inside = c.Bridge.Addresses
	}
	for _, d := range c.Devices {
		if in.kernel && d.MAC != ([6]byte{}) {
			in.pins[d.Port()] = d.MAC
		}
	}
	if f.written != nil && reflect.DeepEqual(*f.written, in) {
		return nil
	}
	err := errors.Join(ruleset.Write(f.inetTable(c, in)), ruleset.Write(bridgeTable(in)))
	if err != nil && in.masquerade == "" && !in.kernel {
		f.log.Warn("nothing lowers the MSS of TCP here; some connections will hang", "err", err)
		return nil
	}
	if err == nil {
		f.written = &in
	}
	return err
}

func (f *filter) inetTable(c config.Config, in filterInput) ruleset.Table {
	t := ruleset.Table{Family: nftables.TableFamilyINet, Name: tableName, Chains: []ruleset.Chain{ruleset.ClampRouted(f.bridge)}}
	if in.kernel {
		t.Chains = append(t.Chains, ruleset.Guard(c.Address.Addr(), config.Link))
	}
	if in.masquerade != "" {
		t.Chains = append(t.Chains, nat.Masquerade(in.masquerade, in.inside))
	}
	return t
}

func bridgeTable(in filterInput) ruleset.Table {
	t := ruleset.Table{Family: nftables.TableFamilyBridge, Name: tableName}
	if len(in.pins) > 0 {
		sets, chain := ruleset.Pin(in.pins)
		t.Sets, t.Chains = sets, []ruleset.Chain{chain}
	}
	t.Chains = append(t.Chains, ruleset.ClampBridged(allPorts, plan.TapMTU))
	return t
}

// clear removes both tables, also those that a killed hub has left.
func (f *filter) clear() error {
	err := errors.Join(ruleset.Remove(nftables.TableFamilyINet, tableName), ruleset.Remove(nftables.TableFamilyBridge, tableName))
	if f.written == nil {
		return nil // what refuses the removal refused the writing too, and there are none
	}
	return err
}
