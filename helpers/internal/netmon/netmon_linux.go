package netmon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/mdlayher/netlink"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/plan"
)

var groups = []uint32{
	unix.RTNLGRP_LINK,
	unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV6_IFADDR,
	unix.RTNLGRP_IPV4_ROUTE, unix.RTNLGRP_IPV6_ROUTE,
	unix.RTNLGRP_IPV4_RULE, unix.RTNLGRP_IPV6_RULE,
}

// Run watches until ctx ends. It returns nil then, and an error when the kernel cannot be listened to.
func (m *Monitor) Run(ctx context.Context) error {
	conn, err := netlink.Dial(unix.NETLINK_ROUTE, nil)
	if err != nil {
		return fmt.Errorf("listen to rtnetlink: %w", err)
	}
	for _, g := range groups {
		if err := conn.JoinGroup(g); err != nil {
			conn.Close()
			return fmt.Errorf("join rtnetlink group %d: %w", g, err)
		}
	}
	// A burst (a routing daemon, containers) must not overflow: what is lost is not even counted.
	if err := conn.SetReadBuffer(1 << 20); err != nil {
		m.log.Debug("rtnetlink keeps its small buffer", "err", err)
	}
	if err := m.learnLinks(); err != nil {
		conn.Close()
		return err
	}
	filter, err := listenFilter()
	if err != nil {
		level := slog.LevelWarn
		if errors.Is(err, unix.EPROTONOSUPPORT) {
			level = slog.LevelDebug // a kernel without nftables has nothing that could be flushed
		}
		m.log.Log(ctx, level, "a flushed firewall goes unnoticed", "err", err)
	}
	clock, err := newClockWatch()
	if err != nil {
		m.log.Warn("sleep and clock changes go unnoticed", "err", err)
	}

	in := make(chan plan.Change, 16)
	readers, ctx := errgroup.WithContext(ctx) // one that fails ends the others
	context.AfterFunc(ctx, func() {
		conn.Close()
		clock.close()
		filter.close()
	})
	readers.Go(func() error { return m.read(ctx, conn, in) })
	readers.Go(func() error { filter.watch(ctx, in); return nil })
	readers.Go(func() error { clock.watch(ctx, in); return nil })
	var tasks errgroup.Group
	tasks.Go(func() error {
		defer close(in)
		return readers.Wait()
	})
	tasks.Go(func() error { m.gather(in); return nil })
	m.tell(plan.Change{Underlay: true, Ours: true}) // whatever happened before the subscription
	return tasks.Wait()
}

func (m *Monitor) read(ctx context.Context, conn *netlink.Conn, in chan<- plan.Change) error {
	for {
		msgs, err := conn.Receive()
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, unix.ENOBUFS):
			m.log.Warn("rtnetlink overflowed; everything is looked at again")
			if err := m.learnLinks(); err != nil {
				return err
			}
			in <- plan.Change{Underlay: true, Ours: true}
			continue
		case err != nil:
			return fmt.Errorf("receive from rtnetlink: %w", err)
		}
		var change plan.Change
		for _, msg := range msgs {
			change = change.Merge(m.classify(msg))
		}
		if change != (plan.Change{}) {
			in <- change
		}
	}
}
