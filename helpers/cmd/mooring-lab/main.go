//go:build linux

// Command mooring-lab plays the parts of the test world that nobody would install: a home router, and the two ends of
// a cable tester. It is built for tests and the lab alone and is in no package.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
)

const usage = `usage: mooring-lab home-router [--random-ports] --lan IF --prefix PREFIX WAN
       mooring-lab frames FROM-NETNS FROM-IF TO-NETNS TO-IF
       mooring-lab cable --end left|right [--far ADDRESS:PORT] [--listen PORT] [--name IF] [--layer3] [--no-offload]
                         [--profile FILE]
       mooring-lab devices [--count N]
       mooring-lab laptops [--count N] --hub ADDRESS:PORT
       mooring-lab pong ADDRESS:PORT
       mooring-lab sink ADDRESS:PORT
       mooring-lab pour [--for DURATION] ADDRESS:PORT
       mooring-lab ping [--count N] [--every DURATION] ADDRESS:PORT

home-router gives this network namespace NAT on WAN, and a provider that drops what comes from LAN with an IPv6
source outside PREFIX. frames sends Ethernet frames of every kind from one interface to another, with the namespaces
as "ip netns" names them, and prints what came of each as a line of JSON. cable is one end of WireGuard with Ethernet
inside, or without, and nothing else of Mooring. laptops is such an end many times, with TAPs tap0, tap1 and so on, that
join a hub; devices prints the hub's private key, and what its file has to say of them. ping measures round trips to a pong and prints them as JSON. pour sends as much as a TCP connection carries
to a sink, which sends as much back, and both check every octet; what came of it is printed as JSON.
`

var errUsage = errors.New("wrong usage")

func main() {
	err := run(os.Args[1:])
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "mooring-lab:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	switch command, args := args[0], args[1:]; command {
	case "home-router":
		return homeRouter(args)
	case "cable":
		return cable(args)
	case "devices":
		return devices(args)
	case "laptops":
		return laptops(args)
	case "pong":
		return pong(args)
	case "sink":
		return sink(args)
	case "pour":
		return pour(args)
	case "ping":
		return ping(args)
	case "frames":
		if len(args) != 4 {
			return errUsage
		}
		return frames(os.Stdout, args[0], args[1], args[2], args[3])
	default:
		return errUsage
	}
}

func homeRouter(args []string) error {
	fs := flag.NewFlagSet("home-router", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	random := fs.Bool("random-ports", false, "")
	lan := fs.String("lan", "", "")
	prefix := fs.String("prefix", "", "")
	if err := fs.Parse(args); err != nil || fs.NArg() != 1 || *lan == "" {
		return errUsage
	}
	p, err := netip.ParsePrefix(*prefix)
	if err != nil || !p.Addr().Is6() {
		return errUsage
	}
	return route(router{wan: fs.Arg(0), lan: *lan, prefix: p, randomPorts: *random})
}
