// Package ruleset writes whole nftables tables: what the hub's filter and its NAT have in common.
package ruleset
