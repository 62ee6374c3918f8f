package link

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/google/nftables"
	"github.com/google/nftables/userdata"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/ruleset"
)

const guardChain = "prerouting"

// guard drops GRE to our link address that did not come decrypted out of the link. Without it anyone on the
// same Wi-Fi can put frames on the tap, whatever rp_filter says, because ip_tunnel_lookup falls back to a tunnel
// of another output device.
func guard(n plan.Names, t plan.Tunnel) error {
	intact, err := guardIntact(n, t)
	if err != nil || intact {
		return err
	}
	c, err := nftables.New()
	if err != nil {
		return fmt.Errorf("open nftables: %w", err)
	}
	// One transaction: add so that delete cannot fail, delete, make anew.
	table := &nftables.Table{Name: n.NftTable, Family: nftables.TableFamilyINet}
	c.AddTable(table)
	c.DelTable(table)
	c.AddTable(table)
	guard := ruleset.Guard(t.Address.Addr(), n.Link)
	chain := c.AddChain(&nftables.Chain{
		Name: guardChain, Table: table, Type: guard.Type, Hooknum: guard.Hook, Priority: guard.Priority,
	})
	for _, rule := range guard.Rules {
		c.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: rule, UserData: guardTag(n, t)})
	}
	if err := c.Flush(); err != nil {
		return fmt.Errorf("write nftables table inet %s: %w", n.NftTable, err)
	}
	return nil
}

// guardTag marks the rule as ours for this very tunnel; nft shows it as the rule's comment.
func guardTag(n plan.Names, t plan.Tunnel) []byte {
	return userdata.AppendString(nil, userdata.TypeComment, fmt.Sprintf("GRE to %s only by %s", t.Address.Addr(), n.Link))
}

// guardIntact: the dump of a table that is not there is empty, not an error.
func guardIntact(n plan.Names, t plan.Tunnel) (bool, error) {
	c, err := nftables.New()
	if err != nil {
		return false, fmt.Errorf("open nftables: %w", err)
	}
	table := &nftables.Table{Name: n.NftTable, Family: nftables.TableFamilyINet}
	chain := &nftables.Chain{Name: guardChain, Table: table}
	rules, err := c.GetRules(table, chain)
	if err != nil {
		return false, fmt.Errorf("read nftables table inet %s: %w", n.NftTable, err)
	}
	return len(rules) == 1 && bytes.Equal(rules[0].UserData, guardTag(n, t)), nil
}

// clearGuard deletes the filter.
func clearGuard(n plan.Names) error {
	tables, err := guards()
	if err != nil || !tables[n.NftTable] {
		return err
	}
	c, err := nftables.New()
	if err != nil {
		return fmt.Errorf("open nftables: %w", err)
	}
	c.DelTable(&nftables.Table{Name: n.NftTable, Family: nftables.TableFamilyINet})
	if err := c.Flush(); err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("delete nftables table inet %s: %w", n.NftTable, err)
	}
	return nil
}

// guards gives the names of all inet tables, ours among them. A kernel without nftables has none.
func guards() (map[string]bool, error) {
	names, err := listTables()
	// The first is of a kernel without netfilter's netlink; the others are of nfnetlink_rcv_msg
	// (net/netfilter/nfnetlink.c) when it has nobody to hand nftables' messages to.
	if errors.Is(err, unix.EPROTONOSUPPORT) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EOPNOTSUPP) {
		return nil, nil
	}
	return names, err
}

func listTables() (map[string]bool, error) {
	c, err := nftables.New()
	if err != nil {
		return nil, fmt.Errorf("open nftables: %w", err)
	}
	tables, err := c.ListTablesOfFamily(nftables.TableFamilyINet)
	if err != nil {
		return nil, fmt.Errorf("list nftables tables: %w", err)
	}
	names := map[string]bool{}
	for _, t := range tables {
		names[t.Name] = true
	}
	return names, nil
}

// probeNft asks for nothing but an answer; the kernel loads nf_tables on being asked.
func probeNft() error {
	_, err := listTables()
	return err
}
