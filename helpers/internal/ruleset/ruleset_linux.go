package ruleset

import (
	"errors"
	"fmt"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Table is a table that belongs to us whole.
type Table struct {
	Family nftables.TableFamily
	Name   string
	Sets   []Set
	Chains []Chain
}

// Set is a named set that the table's rules look into. Its keys are as long as its type.
type Set struct {
	Name string
	Type nftables.SetDatatype
	Keys [][]byte
}

// Chain is a base chain with its rules.
type Chain struct {
	Name     string
	Type     nftables.ChainType
	Hook     *nftables.ChainHook
	Priority *nftables.ChainPriority
	Rules    [][]expr.Any
}

// Write replaces the table, whatever is in it, in one transaction: there is no instant without it. A table without
// chains is removed.
func Write(t Table) error {
	c, err := nftables.New()
	if err != nil {
		return fmt.Errorf("open nftables: %w", err)
	}
	table := &nftables.Table{Name: t.Name, Family: t.Family}
	c.AddTable(table) // so that the deletion cannot fail
	c.DelTable(table)
	if len(t.Chains) > 0 {
		c.AddTable(table)
	}
	for _, s := range t.Sets {
		set := &nftables.Set{Table: table, Name: s.Name, KeyType: s.Type, Concatenation: isConcatenation(s.Type)}
		if s.Type == nftables.TypeIFName {
			set.KeyByteOrder = binaryutil.NativeEndian // for nft(8) alone, which prints it backwards else
		}
		var elements []nftables.SetElement
		for _, key := range s.Keys {
			elements = append(elements, nftables.SetElement{Key: key})
		}
		if err := c.AddSet(set, elements); err != nil {
			return fmt.Errorf("nftables set %s: %w", s.Name, err)
		}
	}
	for _, ch := range t.Chains {
		chain := c.AddChain(&nftables.Chain{Table: table, Name: ch.Name, Type: ch.Type, Hooknum: ch.Hook, Priority: ch.Priority})
		for _, rule := range ch.Rules {
			c.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: rule})
		}
	}
	if err := c.Flush(); err != nil {
		return fmt.Errorf("write nftables table %s %s: %w", familyName(t.Family), t.Name, err)
	}
	return nil
}

// Remove deletes the table. One that is not there is no error.
func Remove(family nftables.TableFamily, name string) error {
	c, err := nftables.New()
	if err != nil {
		return fmt.Errorf("open nftables: %w", err)
	}
	c.DelTable(&nftables.Table{Name: name, Family: family})
	if err := c.Flush(); err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("delete nftables table %s %s: %w", familyName(family), name, err)
	}
	return nil
}

// isConcatenation: the six bits of a type's number are one of the simple ones (nftables, include/datatype.h).
func isConcatenation(t nftables.SetDatatype) bool {
	return t.GetNFTMagic() >= 1<<nftables.SetConcatTypeBits
}

func familyName(f nftables.TableFamily) string {
	switch f {
	case nftables.TableFamilyINet:
		return "inet"
	case nftables.TableFamilyBridge:
		return "bridge"
	default:
		return fmt.Sprintf("(family %d)", f)
	}
}
