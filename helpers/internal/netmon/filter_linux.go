package netmon

import (
	"context"
	"errors"
	"fmt"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/plan"
)

// filterWatch tells when something of our nftables tables is deleted: a firewall that reloads flushes the whole
// ruleset, and rtnetlink says nothing of it. A nil filterWatch watches nothing.
type filterWatch struct{ conn *netlink.Conn }

func listenFilter() (*filterWatch, error) {
	conn, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return nil, fmt.Errorf("listen to nftables: %w", err)
	}
	if err := conn.JoinGroup(unix.NFNLGRP_NFTABLES); err != nil {
		conn.Close()
		return nil, fmt.Errorf("listen to nftables: %w", err)
	}
	return &filterWatch{conn}, nil
}

// watch reads until the connection is closed.
func (w *filterWatch) watch(ctx context.Context, in chan<- plan.Change) {
	if w == nil {
		return
	}
	for {
		msgs, err := w.conn.Receive()
		overflow := errors.Is(err, unix.ENOBUFS)
		if ctx.Err() != nil || err != nil && !overflow {
			return
		}
		ours := overflow
		for _, msg := range msgs {
			ours = ours || deletesOurs(msg)
		}
		if ours {
			in <- plan.Change{Ours: true}
		}
	}
}

func (w *filterWatch) close() {
	if w != nil {
		w.conn.Close()
	}
}

// deletesOurs: tables, chains and rules all have the name of their table as attribute 1
// (NFTA_TABLE_NAME, NFTA_CHAIN_TABLE, NFTA_RULE_TABLE).
func deletesOurs(msg netlink.Message) bool {
	const header = 4 // struct nfgenmsg
	if msg.Header.Type>>8 != unix.NFNL_SUBSYS_NFTABLES || len(msg.Data) < header {
		return false
	}
	switch msg.Header.Type & 0xff {
	case unix.NFT_MSG_DELTABLE, unix.NFT_MSG_DELCHAIN, unix.NFT_MSG_DELRULE:
	default:
		return false
	}
	ad, err := netlink.NewAttributeDecoder(msg.Data[header:])
	if err != nil {
		return false
	}
	for ad.Next() {
		if ad.Type() == unix.NFTA_TABLE_NAME {
			return plan.IsOwnNftTable(ad.String())
		}
	}
	return false
}
