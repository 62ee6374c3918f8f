// Package nat lets the hub's IPv4 network out under the hub's own address.
package nat
